import { createClient, ErrorReply, type RedisScripts } from "redis";
import { toRedisFailure } from "./redis-errors.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

/** For the connection, TLS and the handshake together. */
const CONNECT_TIMEOUT_MS = 2_000;
/** How often a connection is asked for a sign of life. */
const PING_INTERVAL_MS = 1_000;
/** A connection that is suspect and silent for so long is given up. */
const SILENCE_MS = 2_000;
const TIMEOUT_SLICES = 5;

export type RedisClient<Scripts extends RedisScripts> = ReturnType<typeof create<Scripts>>;

export interface RedisConnectionOptions<Scripts extends RedisScripts> {
  url: string;
  /** Longest wait for one command's reply, in milliseconds. */
  timeoutMs: number;
  scripts: Scripts;
}

/**
 * One connection, from its beginning to its end.
 *
 * It is suspect while a command or a ping is late: calls are then refused at once, until the ping is
 * answered (Redis answers in order, so what was late has been answered, too). A connection that stays
 * silent ends, and so does one to a server that has become a replica.
 */
export class RedisConnection<Scripts extends RedisScripts> {
  readonly #options: RedisConnectionOptions<Scripts>;
  readonly #client: RedisClient<Scripts>;
  readonly #end = Promise.withResolvers<StoreUnavailable>();
  #suspicion: StoreUnavailable | undefined;
  #isProbing = false;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: RedisConnectionOptions<Scripts>) {
    this.#options = options;
    this.#client = create(options);
    this.#client.on("error", (error: Error) => {
      this.#giveUp(toOutage(error));
    });
  }

  /** Resolves with the reason when this connection must be replaced. */
  get ended(): Promise<StoreUnavailable> {
    return this.#end.promise;
  }

  /** @throws StoreUnavailable when Redis cannot be reached, or does not run a script in time */
  async open(): Promise<void> {
    try {
      await bounded(
        this.#client.connect().then(() => this.#prepare()),
        CONNECT_TIMEOUT_MS,
      );
    } catch (error) {
      throw new StoreUnavailable("redis", error, { reason: "unreachable", mayHaveRun: false });
    }
    this.#heartbeat = setInterval(() => void this.#probe(), PING_INTERVAL_MS).unref();
  }

  async run<T>(
    command: (client: RedisClient<Scripts>) => Promise<T>,
    timeoutMs: number,
  ): Promise<T> {
    if (this.#suspicion !== undefined) throw notSent(this.#suspicion);
    try {
      return await bounded(command(this.#client), timeoutMs);
    } catch (error) {
      const failure = toRedisFailure(error);
      if (failure instanceof StoreUnavailable) this.#note(failure, timeoutMs);
      throw failure;
    }
  }

  /** Waits for the replies under way, no longer than for one command, then hangs up. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    if (this.#client.isReady && this.#suspicion?.reason !== "timeout") {
      await bounded(this.#client.close(), this.#options.timeoutMs).catch(() => undefined);
    }
    this.#client.destroy();
  }

  /**
   * Runs a script, which waits where a write would: a Redis that pauses its writes (a failover) greets
   * all the same. Hands over the scripts, too: a node of a cluster that is asked for a slot on its way
   * (ASK) takes one command, so it must not be one to which it answers that it lacks the script.
   */
  async #prepare(): Promise<void> {
    const load = Object.values(this.#options.scripts).map((script) =>
      anyReply(this.#client.scriptLoad(script.SCRIPT)),
    );
    await Promise.all([...load, anyReply(this.#client.eval("return 1"))]);
  }

  #note(failure: StoreUnavailable, timeoutMs: number): void {
    if (failure.reason === "read-only") this.#giveUp(failure);
    if (failure.reason !== "timeout") return;
    // A caller with less patience than others proves nothing: the ping decides.
    if (timeoutMs >= this.#options.timeoutMs) this.#suspicion ??= failure;
    void this.#probe();
  }

  #giveUp(failure: StoreUnavailable): void {
    this.#suspicion ??= failure;
    this.#end.resolve(failure);
  }

  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const answer = anyReply(this.#client.ping());
    try {
      await bounded(answer, this.#options.timeoutMs).catch((late: unknown) => {
        this.#suspicion ??= toOutage(late);
        return bounded(answer, SILENCE_MS);
      });
      if (this.#suspicion?.reason === "timeout") this.#suspicion = undefined;
    } catch (error) {
      this.#giveUp(toOutage(error));
    }
    this.#isProbing = false;
  }
}

function create<Scripts extends RedisScripts>({ url, scripts }: RedisConnectionOptions<Scripts>) {
  return createClient({
    url,
    scripts,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false },
  });
}

/** A refusal is a sign of life as well. */
async function anyReply(command: Promise<unknown>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof ErrorReply)) throw error;
  }
}

function toOutage(error: unknown): StoreUnavailable {
  const failure = toRedisFailure(error);
  if (failure instanceof StoreUnavailable) return failure;
  return new StoreUnavailable("redis", error, { reason: "failing" });
}

function notSent({ cause, reason }: StoreUnavailable): StoreUnavailable {
  return new StoreUnavailable("redis", cause, { reason, mayHaveRun: false });
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
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
