import type { Log } from "../../../shared/kit/process/log.ts";
import { Batcher } from "../../../shared/kit/batcher.ts";
import type { Redis } from "../../../shared/kit/redis.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import type { CacheAnswer, CacheWrite, Lease, ProductCache } from "../product-cache.ts";
import type { StoredProduct } from "../product-store.ts";
import type { LinkDeadlines } from "../resilience/deadlines.ts";
import { formatCopy, parseAnswer } from "./cache-entry.ts";
import { copyKey, keysOf } from "./keys.ts";
import type { RedisLink } from "./link.ts";
import { RedisLinks } from "./links.ts";
import type { cacheScripts } from "./scripts.ts";
import { PendingWrites } from "./pending-writes.ts";

/** Life of a copy, give or take: what was loaded together does not expire together. */
const JITTER = 0.1;

export interface RedisProductCacheOptions {
  /** Its timeout is for writes; reads have a shorter one. */
  redis: Redis<typeof cacheScripts>;
  log: Log;
  /** Longest wait for a look-up, in milliseconds. */
  redisTimeoutMs: number;
  /** How long Redis keeps a product, ± 10 %. */
  cacheTtlSeconds: number;
  /** How much of that it is answered without asking the store. */
  cacheFreshSeconds: number;
  /** How long Redis keeps that there is no such product. */
  cacheAbsentSeconds: number;
  /** Who loads a product has this long before somebody else may, in milliseconds. */
  leaseMs: number;
  /** Longest time in which a write to the store may still happen, in milliseconds. */
  writeMs: number;
  link: LinkDeadlines;
  /** Milliseconds that only grow. */
  now: () => number;
  /** At least 0, below 1. */
  random: () => number;
  /** A word never given before, of hexadecimal digits. */
  newToken: () => string;
}

/** Products in Redis, fleet-wide; scripts.ts tells what a key holds. */
export class RedisProductCache implements ProductCache {
  readonly #options: RedisProductCacheOptions;
  readonly #lookups: Batcher<number, CacheAnswer>;
  readonly #pending = new PendingWrites();
  readonly #links: RedisLinks;

  constructor(options: RedisProductCacheOptions) {
    const { log } = options;
    this.#options = options;
    this.#lookups = new Batcher((_node, ids) => this.#askRedis(ids));
    this.#links = new RedisLinks({
      ...options.link,
      redis: options.redis,
      now: options.now,
      onHeard: () => void this.#pending.announceAll(),
      onChange: ({ node, isLost, reason }) =>
        isLost
          ? log.warn({ err: reason, node }, "redis is lost: reads go to DynamoDB")
          : log.info(
              { node },
              `redis is heard again: reads use it in ${options.link.quarantineMs} ms`,
            ),
    });
  }

  /** To be called for each connection that is made. */
  connected(node: string): void {
    this.#links.connected(node);
  }

  /** Whether reads use Redis, every node of it. */
  get isTrusted(): boolean {
    return this.#links.areTrusted;
  }

  /** Products with writes that have not reached Redis yet. */
  get pendingProducts(): number {
    return this.#pending.products;
  }

  /** Rejects when Redis does not do what the cache needs. */
  async check(): Promise<void> {
    await this.#links.check();
  }

  async lookUp(id: number): Promise<CacheAnswer> {
    if (!this.#linkOf(id).isTrusted || this.#pending.has(id)) return { state: "bypass" };
    try {
      // A node that is slow keeps the look-ups of no other one waiting.
      return await this.#lookups.join(this.#options.redis.nodeOf(copyKey(id)) ?? "", id);
    } catch (error) {
      this.#report(error);
      return { state: "bypass" };
    }
  }

  async fill(id: number, lease: Lease, product: StoredProduct | undefined): Promise<void> {
    const { cacheTtlSeconds, cacheFreshSeconds, cacheAbsentSeconds, random } = this.#options;
    const keptMs = product
      ? Math.round(1_000 * cacheTtlSeconds * (1 - JITTER + 2 * JITTER * random()))
      : cacheAbsentSeconds * 1_000;
    const freshMs = Math.min(product ? cacheFreshSeconds * 1_000 : keptMs, keptMs);
    const words = [lease, formatCopy(product), String(freshMs), String(keptMs)];
    await this.#run("fill", id, words).catch((error: unknown) => this.#report(error));
  }

  async release(id: number, lease: Lease): Promise<void> {
    const words = [lease, String(this.#options.cacheTtlSeconds * 1_000)];
    await this.#run("release", id, words).catch((error: unknown) => this.#report(error));
  }

  async beginWrite(id: number): Promise<CacheWrite> {
    const token = this.#options.newToken();
    const begin = () => this.#run("beginWrite", id, [token, String(this.#options.writeMs)]);
    const isMarked = await this.#announce(id, begin);
    // Should the write happen and its end be unknown, Redis must still hear of it.
    if (!isMarked) this.#pending.add(id, token, begin);
    return {
      isMarked,
      settle: () => this.#settle(id, token),
      cancel: async () => {
        this.#pending.drop(id, token);
        if (isMarked) await this.#announce(id, () => this.#end(id, token, "0"));
      },
    };
  }

  /** Announces the last writes, if Redis can be reached. */
  async close(): Promise<void> {
    this.#links.close();
    await this.#pending.announceAll();
  }

  async #settle(id: number, token: string): Promise<boolean> {
    const end = () => this.#end(id, token, "1");
    this.#pending.add(id, token, end);
    if (await this.#announce(id, end)) {
      this.#pending.drop(id, token);
      return true;
    }
    return this.#pending.isAnnouncedWithin(id, token, this.#linkOf(id).graceMs);
  }

  /** Whether Redis has heard it. A Redis that is lost is not waited for. */
  async #announce(id: number, call: () => Promise<unknown>): Promise<boolean> {
    if (!this.#linkOf(id).isUp) return false;
    return call().then(
      () => true,
      (error: unknown) => {
        this.#report(error);
        return false;
      },
    );
  }

  /** One call for each hash slot; those that fail leave the products of the others alone. */
  async #askRedis(ids: readonly number[]): Promise<CacheAnswer[]> {
    const { redis, newToken, leaseMs } = this.#options;
    const words = [newToken(), String(leaseMs)] as const;
    const answers = new Map<number, CacheAnswer>();
    const bySlot = Map.groupBy(new Set(ids), (id) => redis.slotOf(copyKey(id)));
    const asked = [...bySlot.values()].map(async (some) => {
      const reply = await this.#askSlot(some, words);
      for (const [index, id] of some.entries()) answers.set(id, parseAnswer(reply[index] ?? ""));
    });
    const failures = (await Promise.allSettled(asked)).flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason as unknown] : [],
    );
    if (failures.length === bySlot.size) throw failures[0];
    for (const failure of failures) this.#report(failure);
    return ids.map((id) => answers.get(id) ?? { state: "bypass" });
  }

  async #askSlot(
    ids: readonly number[],
    [token, leaseMs]: readonly [string, string],
  ): Promise<readonly string[]> {
    const { redis, redisTimeoutMs: timeoutMs } = this.#options;
    const keys = ids.flatMap(keysOf);
    const [key] = keys;
    try {
      return await redis.run((client) => client.lookUp(keys, [token, leaseMs]), { key, timeoutMs });
    } catch (error) {
      // Redis may still grant leases to a look-up that is given up: others would wait for them.
      const withdrawn = redis.run((client) => client.withdraw(keys, [token]), { key });
      withdrawn.catch(() => undefined);
      throw error;
    }
  }

  #linkOf(id: number): RedisLink {
    return this.#links.of(copyKey(id));
  }

  #end(id: number, token: string, hasChanged: "0" | "1"): Promise<unknown> {
    return this.#run("endWrite", id, [token, hasChanged]);
  }

  #run(script: keyof typeof cacheScripts, id: number, words: string[]): Promise<unknown> {
    const keys = keysOf(id);
    const { redis } = this.#options;
    return redis.run<unknown>((client) => client[script](keys, words), { key: keys[0] });
  }

  /** An outage is reported by the link; what Redis says of a single script is logged here. */
  #report(error: unknown): void {
    if (error instanceof StoreUnavailable) return;
    this.#options.log.error({ err: error }, "the cache failed");
  }
}
