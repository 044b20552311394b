import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ChildProcess } from "../processes/child-process.ts";
import { findFreePort } from "../processes/free-port.ts";
import { ServerProcess } from "../processes/server-process.ts";
import type { TableNames } from "./table-names.ts";

export interface DynamodbServerOptions {
  /** Default: a free one. */
  port?: number;
  /** Folder of its files, made when missing. Without one it keeps everything in memory. */
  dataDir?: string;
}

const dynalite = fileURLToPath(import.meta.resolve("dynalite/cli.js"));

/** The AWS client takes as long to load as dynalite to start: so it is loaded meanwhile. */
const loadTables = () => import("./create-tables.ts");

/**
 * The DynamoDB API, by dynalite. Started again after `stop` or `kill` it has its data when it has a
 * `dataDir`, every write it acknowledged; else it is empty, without even its tables.
 * It knows no transactions and no time to live, and does about 2,000 calls a second.
 */
export class DynamodbServer extends ServerProcess {
  readonly name = "dynalite";
  readonly url: string;
  readonly #dataDir: string | undefined;

  /** Resolves when it answers calls. It has no tables yet: see `createTables`. */
  static async start(options: DynamodbServerOptions = {}): Promise<DynamodbServer> {
    const server = new DynamodbServer(options, options.port ?? (await findFreePort()));
    await server.start();
    return server;
  }

  private constructor({ dataDir }: DynamodbServerOptions, port: number) {
    super(port);
    this.url = `http://127.0.0.1:${port}`;
    this.#dataDir = dataDir;
  }

  /**
   * Makes the contract's tables where they are missing; resolves with their names. This is where a
   * `dataDir` that another process has open shows: dynalite opens it late, and ends.
   */
  async createTables(names?: TableNames): Promise<TableNames> {
    const { createTables } = await loadTables();
    return this.process.readyOrThrow(createTables(this.url, names), this.readyTimeoutMs);
  }

  protected async launch(): Promise<ChildProcess> {
    const dataDir = this.#dataDir;
    if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
    return ChildProcess.start({
      name: this.name,
      command: process.execPath,
      args: [
        ...[dynalite, "--host", "127.0.0.1", "--port", String(this.port)],
        ...["--createTableMs", "0", "--deleteTableMs", "0", "--updateTableMs", "0"],
        ...(dataDir === undefined ? [] : ["--path", dataDir]),
      ],
    });
  }

  protected async ready(process: ChildProcess): Promise<unknown> {
    return Promise.all([process.waitForLine(/Dynalite listening/), loadTables()]);
  }
}
