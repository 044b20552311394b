import { setTimeout as delay } from "node:timers/promises";
import type { RedisScripts } from "redis";
import type { Log } from "./process/log.ts";
import { type RedisClient, RedisConnection } from "./redis-connection.ts";
import { StoreHealth } from "./store-health.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import { storeCalls } from "./tracing/channels.ts";

const RECONNECT_FLOOR_MS = 25;
const RECONNECT_CEILING_MS = 1_000;
/** A connection that ends sooner counts as a failed attempt: the server may still be a replica. */
const SHORT_LIFE_MS = 1_000;

export interface RedisOptions<Scripts extends RedisScripts = NoScripts> {
  /** `redis://` or, with TLS, `rediss://`, with the password where there is one. */
  url: string;
  /** Longest wait for one command's reply, in milliseconds. */
  timeoutMs: number;
  log: Log;
  /** Names the server in the log, where there are several. */
  node?: string;
  /** Called for each connection, before anybody else can use it, with the name of its node. */
  onConnect?: (node: string) => void;
  /** Each made by the client's `defineScript`; the client sends a script's text only once. */
  scripts?: Scripts;
}

export type NoScripts = Record<symbol, never>;

/** Where one command goes, and how long it may take. */
export interface RunOptions {
  /**
   * One of its keys. In a cluster it leads to the right node at once; without it some node is asked,
   * which names the right one.
   */
  key?: string | undefined;
  /** The node to ask, whatever the key. */
  node?: string | undefined;
  /** Longest wait, in milliseconds, where it is not the usual. */
  timeoutMs?: number | undefined;
}

/**
 * Connections that are kept up by themselves, and whose every command is bounded in time: to one
 * server, or to each primary of a cluster. Who names the key of each command need not know which.
 */
export interface Redis<Scripts extends RedisScripts = NoScripts> {
  /**
   * Runs one command, script or multi.
   *
   * @throws StoreUnavailable at once when Redis is away or refuses, or when the reply is late; its
   *   `mayHaveRun` tells whether the command can have run all the same
   * @throws ErrorReply when the command is wrong
   */
  run<T>(command: (client: RedisClient<Scripts>) => Promise<T>, options?: RunOptions): Promise<T>;
  /** Keys of one command must have the same one; always 0 for one server. */
  slotOf(key: string): number;
  /** The node that has the key: keys of one node are lost and found together. Undefined while unknown. */
  nodeOf(key: string): string | undefined;
  /** Those that have keys. */
  readonly nodes: readonly string[];
  /** @throws StoreUnavailable while a node is away, or refused a command in the last seconds */
  check(): Promise<void>;
  readonly health: Pick<StoreHealth, "failure">;
  /** Waits for the replies under way, then hangs up. */
  close(): Promise<void>;
}

/**
 * Connects in the background until it is closed, so that a process starts, and recovers, without Redis.
 *
 * Nothing is queued while it is away (callers hear of it at once), and no command is ever sent
 * twice: one whose reply was lost fails, and the caller decides. Each attempt asks DNS again, so a new
 * primary behind the same name is found.
 */
export function createRedis<Scripts extends RedisScripts = NoScripts>(
  options: RedisOptions<Scripts>,
): Redis<Scripts> {
  const redis = new ReconnectingRedis(options);
  redis.start();
  return redis;
}

/** The name of the one server. */
const ONLY_NODE = "redis";

class ReconnectingRedis<Scripts extends RedisScripts> implements Redis<Scripts> {
  readonly nodes: readonly [string];
  readonly health: StoreHealth;
  readonly #options: RedisOptions<Scripts>;
  readonly #closing = new AbortController();
  #connection: RedisConnection<Scripts> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: RedisOptions<Scripts>) {
    this.#options = options;
    this.nodes = [options.node ?? ONLY_NODE];
    this.health = new StoreHealth({
      store: "redis",
      node: options.node,
      log: options.log,
      now: () => performance.now(),
    });
  }

  start(): void {
    this.#stopped = this.#keepConnected();
  }

  slotOf(): number {
    return 0;
  }

  nodeOf(): string {
    return this.nodes[0];
  }

  run<T>(
    command: (client: RedisClient<Scripts>) => Promise<T>,
    { timeoutMs = this.#options.timeoutMs }: RunOptions = {},
  ): Promise<T> {
    const { scripts } = this.#options;
    return storeCalls.tracePromise(() => this.#run(command, timeoutMs), {
      store: "redis",
      scripts,
    });
  }

  async #run<T>(
    command: (client: RedisClient<Scripts>) => Promise<T>,
    timeoutMs: number,
  ): Promise<T> {
    if (this.#connection === undefined) throw this.#refusal();
    try {
      return await this.#connection.run(command, timeoutMs);
    } catch (error) {
      if (error instanceof StoreUnavailable && !isOfConnection(error)) this.health.refused(error);
      throw error;
    }
  }

  async check(): Promise<void> {
    await this.run((client) => client.ping());
    if (this.health.failure !== undefined) throw this.health.failure;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#stopped;
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#closing;
    let pauseMs = RECONNECT_FLOOR_MS;
    while (!signal.aborted) {
      const sinceMs = performance.now();
      await this.#connectOnce();
      const isShort = performance.now() - sinceMs < SHORT_LIFE_MS;
      pauseMs = isShort ? Math.min(2 * pauseMs, RECONNECT_CEILING_MS) : RECONNECT_FLOOR_MS;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection; resolves when it has ended, or did not begin. */
  async #connectOnce(): Promise<void> {
    const { url, timeoutMs, scripts } = this.#options;
    const connection = new RedisConnection({ url, timeoutMs, scripts: scripts ?? ({} as Scripts) });
    try {
      await this.#untilClosing(connection.open());
      if (this.#closing.signal.aborted) return;
      this.#connection = connection;
      this.#options.onConnect?.(this.nodeOf());
      this.health.back();
      const reason = await this.#untilClosing(connection.ended);
      if (reason !== undefined) this.health.away(reason);
    } catch (error) {
      if (error instanceof StoreUnavailable) this.health.away(error);
    } finally {
      this.#connection = undefined;
      await connection.close();
    }
  }

  async #untilClosing<T>(promise: Promise<T>): Promise<T | undefined> {
    const { signal } = this.#closing;
    const closing = Promise.withResolvers<undefined>();
    const end = () => closing.resolve(undefined);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
    return Promise.race([promise, closing.promise]).finally(() => {
      signal.removeEventListener("abort", end);
    });
  }

  #refusal(): StoreUnavailable {
    const { cause, reason = "unreachable" } = this.health.failure ?? {};
    return new StoreUnavailable("redis", cause, { reason, mayHaveRun: false });
  }
}

/** Where the connection failed, its end is what health reports. */
function isOfConnection({ reason }: StoreUnavailable): boolean {
  return ["unreachable", "disconnected", "timeout"].includes(reason);
}
