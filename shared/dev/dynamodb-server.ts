import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ChildProcess, type ProcessExit } from "./child-process.ts";
import { createTables } from "./create-tables.ts";
import { findFreePort } from "./free-port.ts";
import type { TableNames } from "./table-names.ts";

export interface DynamodbServerOptions {
  /** Default: a free one. */
  port?: number;
  /** Folder of its files, made when missing. Without one it keeps everything in memory. */
  dataDir?: string;
}

const dynalite = fileURLToPath(import.meta.resolve("dynalite/cli.js"));

/**
 * The DynamoDB API on a loopback port: dynalite as a process of its own. After `stop` or `kill` it
 * can be started again on the same port: with its data when it has a `dataDir`, else empty, without
 * even its tables. It has no transactions and no time to live, and does about 2,000 calls a second.
 */
export class DynamodbServer implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly #dataDir: string | undefined;
  #process: ChildProcess | undefined;

  /** Resolves when it answers calls. It has no tables yet: see `createTables`. */
  static async start(options: DynamodbServerOptions = {}): Promise<DynamodbServer> {
    const server = new DynamodbServer(options, options.port ?? (await findFreePort()));
    await server.start();
    return server;
  }

  private constructor({ dataDir }: DynamodbServerOptions, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.port = port;
    this.#dataDir = dataDir;
  }

  /** Starts it again; resolves when it answers calls. */
  async start(): Promise<void> {
    const dataDir = this.#dataDir;
    if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
    this.#process = await ChildProcess.start({
      name: "dynalite",
      command: process.execPath,
      args: [
        ...[dynalite, "--host", "127.0.0.1", "--port", String(this.port)],
        ...["--createTableMs", "0", "--deleteTableMs", "0", "--updateTableMs", "0"],
        ...(dataDir === undefined ? [] : ["--path", dataDir]),
      ],
    });
    await this.#process.waitForLine(/Dynalite listening/);
  }

  /** Makes the contract's tables where they are missing; resolves with their names. */
  async createTables(names?: TableNames): Promise<TableNames> {
    return createTables(this.url, names);
  }

  /** Ends it; what it acknowledged is in its files, if it has any. */
  async stop(): Promise<ProcessExit | undefined> {
    return this.#process?.stop();
  }

  /** Ends it as a crash would. */
  async kill(): Promise<ProcessExit | undefined> {
    return this.#process?.kill();
  }

  /** The process, to watch; undefined before the first start. */
  get process(): ChildProcess | undefined {
    return this.#process;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
