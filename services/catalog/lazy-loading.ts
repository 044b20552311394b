import { setTimeout as delay } from "node:timers/promises";
import { StoreUnavailable } from "../../shared/kit/store-unavailable.ts";
import type {
  CacheAnswer,
  Copy,
  Lease,
  Load,
  ProductCache,
  ProductReader,
  ProductStore,
  Reading,
  ReadOutcome,
} from "./catalog.ts";
import { NextFlight, SingleFlight } from "./single-flight.ts";

/** First and longest pause between two looks at a key that somebody else is loading. */
const LOOK_AGAIN_MS = 5;
const LOOK_AGAIN_CEILING_MS = 50;

/** Counts what happens. */
export interface ReadObserver {
  read(outcome: ReadOutcome): void;
  /** The store was asked, and how that ended. */
  loaded(outcome: "found" | "absent" | "failed"): void;
}

export interface LazyReaderOptions {
  store: Pick<ProductStore, "find">;
  cache: ProductCache;
  observer: ReadObserver;
  /** Longest wait for a load that somebody else has the lease for, in milliseconds. */
  waitMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** At least 0, below 1. */
  random: () => number;
}

/**
 * Lazy loading: the cache first, then the store, then the cache is filled for the next reader.
 *
 * On a cold product one reader of the whole fleet has the lease and loads; those of its process share
 * its load, those of other processes wait for the cache. All share only what is as new as their own
 * question: a lease is void after a write, so whoever is told of the same lease may share its load.
 */
export class LazyReader implements ProductReader {
  readonly #options: LazyReaderOptions;
  /** By product and lease. */
  readonly #flights = new SingleFlight<Reading>();
  /** Without the cache. */
  readonly #direct = new NextFlight<Load>();

  constructor(options: LazyReaderOptions) {
    this.#options = options;
  }

  async read(id: number): Promise<Reading> {
    const { cache, observer, now, waitMs } = this.#options;
    const answer = await cache.lookUp(id);
    const reading = await this.#follow(id, answer, now() + waitMs);
    observer.read(reading.outcome);
    return reading;
  }

  #follow(id: number, answer: CacheAnswer, deadlineMs: number): Reading | Promise<Reading> {
    switch (answer.state) {
      case "held":
        return this.#useCopy(id, answer.copy);
      case "granted":
        return this.#share(id, answer.lease, () => this.#fill(id, answer.lease));
      case "leased":
        return this.#share(id, answer.lease, () => this.#await(id, answer.lease, deadlineMs));
      case "closed":
        return this.#bypass(id);
    }
  }

  #useCopy(id: number, copy: Copy): Reading | Promise<Reading> {
    const now = this.#options.now();
    if (now >= copy.freshUntilMs) {
      return this.#share(id, copy.lease, () => this.#revalidate(id, copy));
    }
    if (this.#isDueEarly(copy, now)) {
      // A failure costs nothing yet: the copy is still fresh.
      this.#share(id, copy.lease, () => this.#fill(id, copy.lease)).catch(() => undefined);
    }
    return { outcome: "hit", product: copy.product, ageMs: 0 };
  }

  /**
   * Lets one of many readers refresh a hot product shortly before it is due, the sooner the longer
   * its load takes, so that they never all wait for it.
   *
   * @see Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention (2015)
   */
  #isDueEarly({ loadMs, freshUntilMs }: Copy, now: number): boolean {
    return now - loadMs * Math.log(1 - this.#options.random()) >= freshUntilMs;
  }

  async #fill(id: number, lease: Lease): Promise<Reading> {
    const { cache } = this.#options;
    try {
      const load = await this.#load(id);
      void cache.fill(id, lease, load);
      return { outcome: "miss", product: load.product, ageMs: 0 };
    } catch (error) {
      await cache.release(id, lease);
      throw error;
    }
  }

  async #revalidate(id: number, copy: Copy): Promise<Reading> {
    try {
      return await this.#fill(id, copy.lease);
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || copy.product === undefined) throw error;
      void this.#options.cache.prolong(id, copy);
      const ageMs = this.#options.now() - copy.loadedAtMs;
      return { outcome: "stale", product: copy.product, ageMs };
    }
  }

  /** Looks until somebody's load is there, or his lease is gone, or time is up. */
  async #await(id: number, lease: Lease, deadlineMs: number): Promise<Reading> {
    const { cache, now } = this.#options;
    for (let pauseMs = LOOK_AGAIN_MS; now() < deadlineMs; pauseMs *= 2) {
      await delay(Math.min(pauseMs, LOOK_AGAIN_CEILING_MS));
      const answer = await cache.lookUp(id);
      if (answer.state !== "leased" || answer.lease !== lease) {
        return this.#follow(id, answer, deadlineMs);
      }
    }
    return this.#bypass(id);
  }

  async #bypass(id: number): Promise<Reading> {
    const { product } = await this.#direct.share(id, () => this.#load(id));
    return { outcome: "bypass", product, ageMs: 0 };
  }

  async #load(id: number): Promise<Load> {
    const { store, observer, now } = this.#options;
    const startedMs = now();
    try {
      const product = await store.find(id);
      observer.loaded(product ? "found" : "absent");
      return { product, loadedAtMs: startedMs, loadMs: now() - startedMs };
    } catch (error) {
      observer.loaded("failed");
      throw error;
    }
  }

  #share(id: number, lease: Lease, call: () => Promise<Reading>): Promise<Reading> {
    return this.#flights.share(`${id} ${lease}`, call);
  }
}
