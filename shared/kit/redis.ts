import { createClient } from "redis";
import type { Log } from "./process/log.ts";
import { toRedisFailure } from "./redis-errors.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

const RECONNECT_CEILING_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** Finds a dead connection that no command is using. */
const PING_INTERVAL_MS = 5_000;
const TIMEOUT_SLICES = 5;

export type RedisClient = ReturnType<typeof connect>;

export interface RedisOptions {
  /** `redis://` or, with TLS, `rediss://`, with the password where there is one. */
  url: string;
  /** Longest wait for one command's reply, in milliseconds. */
  timeoutMs: number;
  log: Log;
  /** Called for each connection, before any command can use it. */
  onConnect?: () => void;
}

/** A connection that is kept up by itself, and whose every command is bounded in time. */
export interface Redis {
  /**
   * Runs one command, script or multi.
   *
   * @param timeoutMs longest wait for this one, where it is not the usual
   * @throws StoreUnavailable at once when Redis is away or refuses, or when the reply is late; its
   *   `mayHaveRun` tells whether the command can have run all the same
   * @throws ErrorReply when the command is wrong
   */
  run<T>(command: (client: RedisClient) => Promise<T>, timeoutMs?: number): Promise<T>;
  /** Waits for the replies under way, then hangs up. */
  close(): Promise<void>;
}

/**
 * Connects in the background and for ever, so that a process starts, and recovers, without Redis.
 *
 * Nothing is queued while it is away (callers hear of it at once), and no command is ever sent
 * twice: one whose reply was lost fails, and the caller decides.
 */
export function createRedis({ url, timeoutMs, log, onConnect }: RedisOptions): Redis {
  const client = connect(url);
  let away = false;
  client.on("error", (error: Error) => {
    if (!away) log.warn({ err: error }, "redis is away; reconnecting");
    away = true;
  });
  client.on("ready", () => {
    if (away) log.info("redis is back");
    away = false;
    onConnect?.();
  });
  // A failed first attempt is reported by the listener above; the client itself tries on.
  client.connect().catch(() => undefined);
  return {
    run: (command, ownTimeoutMs = timeoutMs) => bounded(command(client), ownTimeoutMs),
    async close() {
      if (client.isReady) await bounded(client.close(), timeoutMs).catch(() => undefined);
      if (client.isOpen) client.destroy();
    },
  };
}

function connect(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (retries) => Math.min(25 * 2 ** retries, RECONNECT_CEILING_MS),
    },
  });
}

/**
 * The client's own timeout ends once a command is written; this one covers the reply as well.
 *
 * It is counted in slices, each once however late its timer: time in which this process was too busy
 * to send the command, or to read the reply, makes no slow Redis.
 */
function bounded<T>(reply: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let slices = TIMEOUT_SLICES;
    const wait = () => setTimeout(endSlice, timeoutMs / TIMEOUT_SLICES);
    const endSlice = () => {
      slices -= 1;
      if (slices > 0) timer = wait();
      else reject(new StoreUnavailable("redis", new Error(`no reply within ${timeoutMs} ms`)));
    };
    let timer = wait();
    reply.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(toRedisFailure(error));
      },
    );
  });
}
