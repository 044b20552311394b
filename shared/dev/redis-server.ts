import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { ChildProcess, type ProcessExit } from "./child-process.ts";
import { findProgram } from "./find-program.ts";
import { findFreePort } from "./free-port.ts";

export interface RedisServerOptions {
  /** Default: a free one. */
  port?: number;
  /** Folder of its append-only file, made when missing. Without one it keeps nothing on disk. */
  dataDir?: string;
  /** Clients then have to authenticate; the url holds it. */
  password?: string;
  /** Files in PEM format; the url is then a `rediss:` one and plain connections are refused. */
  tls?: { cert: string; key: string; ca: string };
}

/** The Redis or Valkey server on the search path, or undefined. */
export function findRedisProgram(): string | undefined {
  return findProgram(["redis-server", "valkey-server"]);
}

/**
 * A Redis server of our own on a loopback port. After `stop` or `kill` it can be started again on
 * the same port: with its data when it has a `dataDir`, else empty.
 */
export class RedisServer implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly #options: RedisServerOptions;
  #process: ChildProcess | undefined;

  /** Resolves when it answers commands; rejects when there is no Redis on this machine. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options, options.port ?? (await findFreePort()));
    await server.start();
    return server;
  }

  private constructor(options: RedisServerOptions, port: number) {
    const credentials = options.password === undefined ? "" : `:${options.password}@`;
    this.url = `${options.tls ? "rediss" : "redis"}://${credentials}127.0.0.1:${port}`;
    this.port = port;
    this.#options = options;
  }

  /** Starts it again; resolves when it answers commands, its data loaded. */
  async start(): Promise<void> {
    const program = findRedisProgram();
    if (program === undefined) throw new Error("No redis-server or valkey-server on the PATH");
    const { dataDir } = this.#options;
    if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
    this.#process = await ChildProcess.start({
      name: "redis-server",
      command: program,
      args: redisArguments(this.#options, this.port),
    });
    await this.#process.waitForLine(/Ready to accept connections/);
  }

  /** Resolves when it ended in good order: everything written. */
  async stop(): Promise<ProcessExit | undefined> {
    return this.#process?.stop();
  }

  /** Ends it as a crash would; what it acknowledged is in its append-only file, if it has one. */
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

function redisArguments(
  { dataDir, password, tls }: RedisServerOptions,
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
  ];
}
