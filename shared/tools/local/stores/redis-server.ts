import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { Certificate } from "./certificate.ts";
import { ChildProcess } from "../processes/child-process.ts";
import { findProgram } from "../processes/find-program.ts";
import { findFreePort } from "../processes/free-port.ts";
import { ServerProcess } from "../processes/server-process.ts";

export interface RedisServerOptions {
  /** Default: a free one. */
  port?: number;
  /** Folder of its append-only file, made when missing. Without one it keeps nothing on disk. */
  dataDir?: string;
  /** Clients then have to authenticate; the url holds it. */
  password?: string;
  /** Files in PEM format; the url is then a `rediss:` one and plain connections are refused. */
  tls?: Certificate;
  /** It is a node of a cluster; needs a `dataDir`. */
  cluster?: { busPort: number; nodeTimeoutMs: number };
}

/** The Redis or Valkey server on the search path, or undefined. */
export function findRedisProgram(): string | undefined {
  return findProgram(["redis-server", "valkey-server"]);
}

/**
 * A Redis server of our own. Started again after `stop` or `kill` it has its data when it has a
 * `dataDir`, every write it acknowledged; else it is empty.
 */
export class RedisServer extends ServerProcess {
  readonly name = "redis-server";
  readonly url: string;
  readonly #options: RedisServerOptions;

  /** Resolves when it answers commands; rejects when there is no Redis on this machine. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options, options.port ?? (await findFreePort()));
    await server.start();
    return server;
  }

  private constructor(options: RedisServerOptions, port: number) {
    super(port);
    const credentials = options.password === undefined ? "" : `:${options.password}@`;
    this.url = `${options.tls ? "rediss" : "redis"}://${credentials}127.0.0.1:${port}`;
    this.#options = options;
  }

  /** Where the other nodes of its cluster reach it. */
  get busPort(): number | undefined {
    return this.#options.cluster?.busPort;
  }

  protected async launch(): Promise<ChildProcess> {
    const command = findRedisProgram();
    if (command === undefined) throw new Error("No redis-server or valkey-server on the PATH");
    const { dataDir } = this.#options;
    if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
    const args = redisArguments(this.#options, this.port);
    return ChildProcess.start({ name: this.name, command, args });
  }

  protected async ready(process: ChildProcess): Promise<unknown> {
    return process.waitForLine(/Ready to accept connections/);
  }
}

function redisArguments(
  { dataDir, password, tls, cluster }: RedisServerOptions,
  port: number,
): readonly string[] {
  const listen = tls
    ? ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no"]
    : ["--port", String(port)];
  const certificate = tls
    ? ["--tls-cert-file", tls.cert, "--tls-key-file", tls.key, "--tls-ca-cert-file", tls.ca]
    : [];
  return [
    ...["--bind", "127.0.0.1", ...listen, ...certificate],
    ...["--save", "", "--appendonly", dataDir === undefined ? "no" : "yes"],
    ...["--dir", dataDir ?? tmpdir()],
    ...(password === undefined ? [] : ["--requirepass", password]),
    ...(cluster === undefined ? [] : clusterArguments(cluster)),
  ];
}

function clusterArguments({
  busPort,
  nodeTimeoutMs,
}: NonNullable<RedisServerOptions["cluster"]>): readonly string[] {
  return [
    ...["--cluster-enabled", "yes", "--cluster-port", String(busPort)],
    ...["--cluster-node-timeout", String(nodeTimeoutMs)],
    // A dead primary without a replica takes its own slots away, and no others.
    ...["--cluster-require-full-coverage", "no", "--repl-diskless-sync-delay", "0"],
  ];
}
