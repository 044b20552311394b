import { setTimeout as delay } from "node:timers/promises";
import { StoreUnavailable } from "../../shared/kit/store-unavailable.ts";
import type { ProductReader, Reading, ReadOutcome } from "./catalog.ts";
import type { CacheAnswer, Copy, Lease, ProductCache } from "./product-cache.ts";
import type { ProductStore, StoredProduct } from "./product-store.ts";
import { NextFlight, SingleFlight } from "./resilience/single-flight.ts";

/** First and longest pause between two looks at a key that somebody else is loading. */
const LOOK_AGAIN_MS = 5;
const LOOK_AGAIN_CEILING_MS = 50;
/** Looks in a row without an answer that make a waiter go on alone: one is a busy machine. */
const BLIND_LOOKS = 3;

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
  /** Longest wait for the store by a reader that has a copy, in milliseconds. */
  patienceMs: number;
  /** Milliseconds that only grow. */
  now: () => number;
}

/**
 * Lazy loading: the cache first, then the store, then the cache is filled for the next reader.
 *
 * On a cold product one reader of the whole fleet has the lease and loads; those of its process share
 * its load, those of other processes wait for the cache. All share only what is as new as their own
 * question: a lease is void after a write, so readers that got the same lease may share its load.
 *
 * Where there is a copy that is no longer fresh, one reader loads and the others answer the copy.
 */
export class LazyReader implements ProductReader {
  readonly #options: LazyReaderOptions;
  /** By product and lease. */
  readonly #flights = new SingleFlight<Reading>();
  /** Without the cache. */
  readonly #direct = new NextFlight<StoredProduct | undefined>();

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
      case "fresh":
        return { outcome: "hit", product: answer.copy.product, ageMs: 0 };
      case "granted":
        return this.#orCopy(
          this.#share(id, answer.lease, () => this.#fill(id, answer.lease)),
          answer.copy,
        );
      case "leased":
        return (
          toStale(answer.copy) ??
          this.#share(id, answer.lease, () => this.#await(id, answer.lease, deadlineMs))
        );
      case "bypass":
        return this.#orCopy(this.#bypass(id), answer.copy);
    }
  }

  /** The copy, where there is one, in place of a store that is away or slow. */
  async #orCopy(loading: Promise<Reading>, copy: Copy | undefined): Promise<Reading> {
    const stale = toStale(copy);
    if (stale === undefined) return loading;
    const done = new AbortController();
    const late = delay(this.#options.patienceMs, stale, { signal: done.signal });
    try {
      return await Promise.race([loading, late]);
    } catch (error) {
      if (error instanceof StoreUnavailable) return stale;
      throw error;
    } finally {
      late.catch(() => undefined);
      done.abort();
    }
  }

  async #fill(id: number, lease: Lease): Promise<Reading> {
    const { cache } = this.#options;
    try {
      const product = await this.#load(id);
      void cache.fill(id, lease, product);
      return { outcome: "miss", product, ageMs: 0 };
    } catch (error) {
      await cache.release(id, lease);
      throw error;
    }
  }

  /** Looks until somebody's load is there, or his lease is gone, or time is up. */
  async #await(id: number, lease: Lease, deadlineMs: number): Promise<Reading> {
    const { cache, now } = this.#options;
    let blindLooks = 0;
    for (let pauseMs = LOOK_AGAIN_MS; now() < deadlineMs; pauseMs *= 2) {
      await delay(Math.min(pauseMs, LOOK_AGAIN_CEILING_MS));
      const answer = await cache.lookUp(id);
      blindLooks = answer.state === "bypass" ? blindLooks + 1 : 0;
      if (blindLooks > 0 && blindLooks < BLIND_LOOKS) continue;
      if (answer.state !== "leased" || answer.lease !== lease) {
        return this.#follow(id, answer, deadlineMs);
      }
    }
    return this.#bypass(id);
  }

  async #bypass(id: number): Promise<Reading> {
    const product = await this.#direct.share(id, () => this.#load(id));
    return { outcome: "bypass", product, ageMs: 0 };
  }

  async #load(id: number): Promise<StoredProduct | undefined> {
    const { store, observer } = this.#options;
    try {
      const product = await store.find(id);
      observer.loaded(product ? "found" : "absent");
      return product;
    } catch (error) {
      observer.loaded("failed");
      throw error;
    }
  }

  #share(id: number, lease: Lease, call: () => Promise<Reading>): Promise<Reading> {
    return this.#flights.share(`${id} ${lease}`, call);
  }
}

/** That a product was absent is no answer once it is not fresh: it may have been added since. */
function toStale(copy: Copy | undefined): Reading | undefined {
  if (copy?.product === undefined) return undefined;
  return { outcome: "stale", product: copy.product, ageMs: copy.ageMs };
}
