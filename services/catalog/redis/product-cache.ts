import { circuitBreaker, type CircuitState, ConsecutiveBreaker, handleAll } from "cockatiel";
import type { Redis } from "../../../shared/kit/redis.ts";
import { formatCopy, parseAnswer } from "./cache-entry.ts";
import type { CacheAnswer, Copy, Lease, Load, ProductCache, WriteMark } from "../catalog.ts";
import { LookupBatch } from "./lookup-batch.ts";
import { BEGIN_WRITE, END_WRITE, FILL, LOOK_UP, RELEASE } from "./scripts.ts";
import { UnsettledWrites } from "./unsettled-writes.ts";

/** Life of a copy, give or take: what was loaded together does not expire together. */
const JITTER = 0.1;
/** Failed look-ups in a row after which Redis is left alone. */
const BREAK_AFTER = 3;

export interface RedisProductCacheOptions {
  /** Its timeout is for writes; reads have a shorter one. */
  redis: Redis;
  /** Longest wait for a look-up, in milliseconds. */
  lookUpTimeoutMs: number;
  /** How long Redis keeps a product, ± 10 %. */
  ttlSeconds: number;
  /** How much of that it is answered without asking the store. */
  freshSeconds: number;
  /** How long Redis keeps that there is no such product. */
  absentSeconds: number;
  /** Who loads a product has this long before somebody else may, in milliseconds. */
  leaseMs: number;
  /** Longest time in which a write to the store may still happen, in milliseconds. */
  writeMs: number;
  /** How long an open circuit leaves Redis alone before it tries one look-up, in milliseconds. */
  halfOpenAfterMs: number;
  now: () => number;
  /** At least 0, below 1. */
  random: () => number;
  /** A word never given before. */
  newToken: () => string;
}

/** Products in Redis, fleet-wide; scripts.ts tells what a key holds. */
export class RedisProductCache implements ProductCache {
  readonly #options: RedisProductCacheOptions;
  readonly #lookups: LookupBatch<string>;
  readonly #unsettled = new UnsettledWrites();
  readonly #circuit;

  constructor(options: RedisProductCacheOptions) {
    this.#options = options;
    this.#circuit = circuitBreaker(handleAll, {
      halfOpenAfter: options.halfOpenAfterMs,
      breaker: new ConsecutiveBreaker(BREAK_AFTER),
    });
    this.#lookups = new LookupBatch((ids) => this.#circuit.execute(() => this.#askRedis(ids)));
  }

  get circuit(): CircuitState {
    return this.#circuit.state;
  }

  /** Products of whose writes Redis has still to be told. */
  get unsettledProducts(): number {
    return this.#unsettled.products;
  }

  async lookUp(id: number): Promise<CacheAnswer> {
    if (this.#unsettled.has(id)) return { state: "closed" };
    try {
      return parseAnswer(await this.#lookups.ask(id));
    } catch {
      return { state: "closed" };
    }
  }

  async fill(id: number, lease: Lease, load: Load): Promise<void> {
    const { ttlSeconds, freshSeconds, absentSeconds, random, now } = this.#options;
    const lifeSeconds = load.product
      ? Math.round(ttlSeconds * (1 - JITTER + 2 * JITTER * random()))
      : absentSeconds;
    await this.#keep(id, lease, {
      ...load,
      freshUntilMs:
        now() + Math.min(load.product ? freshSeconds : absentSeconds, lifeSeconds) * 1_000,
      keptUntilMs: now() + lifeSeconds * 1_000,
    });
  }

  async prolong(id: number, copy: Copy): Promise<void> {
    const lifeMs = this.#options.ttlSeconds * 1_000;
    const now = this.#options.now();
    // Once in half a life is enough: an outage must not cost a write for each read.
    if (copy.keptUntilMs - now > lifeMs / 2) return;
    await this.#keep(id, copy.lease, { ...copy, keptUntilMs: now + lifeMs });
  }

  async release(id: number, lease: Lease): Promise<void> {
    await this.#run(RELEASE, id, [lease]).catch(ignore);
  }

  async beginWrite(id: number): Promise<WriteMark> {
    const token = this.#options.newToken();
    const begin = () => this.#run(BEGIN_WRITE, id, [token, String(this.#options.writeMs)]);
    const end = () => this.#run(END_WRITE, id, [token]);
    const isMarked = await begin().then(
      () => true,
      () => false,
    );
    const tellLater = (tell: () => Promise<unknown>) => this.#unsettled.add({ id, token, tell });
    // While Redis is away the product is written all the same; it hears of it when it is back.
    if (!isMarked) tellLater(begin);
    return {
      settle: async () => {
        if (!isMarked) tellLater(end);
        else await end().catch(() => tellLater(end));
      },
    };
  }

  /** Tells Redis of the last writes, if it is there to hear. */
  async close(): Promise<void> {
    this.#unsettled.close();
    await this.#unsettled.retry();
  }

  async #askRedis(ids: readonly number[]): Promise<string[]> {
    const { redis, newToken, leaseMs, lookUpTimeoutMs } = this.#options;
    const options = { keys: ids.map(keyOf), arguments: [newToken(), String(leaseMs)] };
    const texts = await redis.run((client) => client.eval(LOOK_UP, options), lookUpTimeoutMs);
    return texts as string[];
  }

  async #keep(id: number, lease: Lease, copy: Omit<Copy, "lease">): Promise<void> {
    // What was loaded before a write that Redis has not heard of must not get there before it.
    if (this.#unsettled.has(id)) return;
    const [server = ""] = lease.split(" ");
    const text = formatCopy({ ...copy, lease: `${server} ${this.#options.newToken()}` });
    const lifeSeconds = Math.ceil((copy.keptUntilMs - this.#options.now()) / 1_000);
    await this.#run(FILL, id, [lease, text, String(lifeSeconds)]).catch(ignore);
  }

  #run(script: string, id: number, words: string[]): Promise<unknown> {
    return this.#options.redis.run((client) =>
      client.eval(script, { keys: [keyOf(id)], arguments: words }),
    );
  }
}

function keyOf(id: number): string {
  return `product:v1:${id}`;
}

function ignore(): void {
  // A cache that learns nothing is still a cache.
}
