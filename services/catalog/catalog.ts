import { StoreUnavailable } from "../../shared/kit/store-unavailable.ts";

export const MAX_NAME_CHARACTERS = 100;

export interface Product {
  /** Positive, and exact as a double. */
  id: number;
  /** 1 to 100 characters. */
  name: string;
  /** See price.ts. */
  priceCents: number;
}

/** A product as it was written once: every write gives it a version never used before. */
export interface StoredProduct extends Product {
  version: string;
}

export interface ProductPage {
  products: readonly StoredProduct[];
  /** Where the next page starts: after this id. Undefined on the last page. */
  nextAfter: number | undefined;
}

/**
 * What a write demands of the product as it is: any of these versions, just to be there, or not to
 * be there.
 */
export type Expected = readonly string[] | "any" | "none";

export type PutResult = { outcome: "created" | "replaced"; product: StoredProduct } | undefined;
export type RemoveResult = "removed" | "absent" | "mismatch";

/**
 * Where products are kept for good.
 *
 * Every verb throws StoreUnavailable when the store does not answer; a write may then have happened,
 * or happen a moment later, unless the error says that it cannot.
 */
export interface ProductStore {
  /**
   * Sees every write that was acknowledged before it was called.
   *
   * @throws UnreadableProduct for an item that is no product
   */
  find(id: number): Promise<StoredProduct | undefined>;
  /**
   * Every product once over all pages, in an order of the store's own, and what was acknowledged
   * before the call. A page may hold less than `limit`: only `nextAfter` tells the end.
   */
  list(limit: number, after?: number): Promise<ProductPage>;
  /** Undefined, and nothing written, when the id is taken. */
  create(product: Product): Promise<StoredProduct | undefined>;
  /** Undefined, and nothing written, when the product is not as expected. */
  put(product: Product, expected?: Expected): Promise<PutResult>;
  remove(id: number, expected?: Expected): Promise<RemoveResult>;
}

/** An item of the store that is no product: somebody else wrote it, or it is damaged. */
export class UnreadableProduct extends Error {
  override readonly name = "UnreadableProduct";
  readonly id: number;

  constructor(id: number, cause: unknown) {
    super(`the item of product ${id} is no product`, { cause });
    this.id = id;
  }
}

/** The right to fill one key of the cache, until a write takes it away. */
export type Lease = string;

/** What the cache keeps of a product. It is never older than an acknowledged write. */
export interface Copy {
  /** Undefined when there was no such product. */
  product: StoredProduct | undefined;
  /** Milliseconds since it was loaded. */
  ageMs: number;
}

/**
 * What the cache knows of a product:
 * - `fresh`: a copy that needs no second look
 * - `granted`: no fresh copy, and the asker is the one to load it
 * - `leased`: no fresh copy, and somebody else is loading it
 * - `bypass`: ask the store: the product is being written, or the cache is not to be trusted
 *
 * A copy that is not fresh serves where the store is slow or away.
 */
export type CacheAnswer =
  | { state: "fresh"; copy: Copy }
  | { state: "granted" | "leased"; lease: Lease; copy?: Copy | undefined }
  | { state: "bypass"; copy?: Copy | undefined };

/** A write, announced to the cache if it could be. Until it is ended it may still happen. */
export interface CacheWrite {
  /** Whether its begin reached the cache. */
  isMarked: boolean;
  /**
   * The store has written: the cache forgets what it knew.
   *
   * @returns whether this reached the cache. If not it is sent again as soon as the cache is back.
   */
  settle(): Promise<boolean>;
  /** The store has written nothing, and will not. */
  cancel(): Promise<void>;
}

/** A cache that may fail at any time. No verb ever rejects: what fails becomes a `bypass`. */
export interface ProductCache {
  /** The answer is not older than the question. */
  lookUp(id: number): Promise<CacheAnswer>;
  /** Keeps what was loaded, unless the product was written since the lease was given. */
  fill(id: number, lease: Lease, product: StoredProduct | undefined): Promise<void>;
  /** Gives a lease back unused; a copy that is there is kept on, since the store is away. */
  release(id: number, lease: Lease): Promise<void>;
  /** Before a write: until it has ended, every instance asks the store for this product. */
  beginWrite(id: number): Promise<CacheWrite>;
}

/** How a read came by its answer. */
export type ReadOutcome = "hit" | "miss" | "stale" | "bypass";

export interface Reading {
  outcome: ReadOutcome;
  /** Undefined when there is no such product. */
  product: StoredProduct | undefined;
  /** Age of a stale answer in milliseconds; 0 for any other. */
  ageMs: number;
}

export interface ProductReader {
  /** @throws StoreUnavailable when neither store nor cache can tell */
  read(id: number): Promise<Reading>;
}

/** What came of a write, and whether every later read on any instance surely sees it. */
export interface Written<T> {
  result: T;
  /** False: the cache could not be reached yet, see README.md. */
  isSettled: boolean;
}

export interface CatalogParts {
  store: ProductStore;
  cache: ProductCache;
  reader: ProductReader;
  /** Whether a write is refused while the cache cannot be reached, instead of being unsettled. */
  refusesUnsettled: boolean;
}

/** The catalog: reads go through the cache, and no write leaves a former product in it. */
export class Catalog {
  readonly #parts: CatalogParts;

  constructor(parts: CatalogParts) {
    this.#parts = parts;
  }

  read(id: number): Promise<Reading> {
    return this.#parts.reader.read(id);
  }

  list(limit: number, after?: number): Promise<ProductPage> {
    return this.#parts.store.list(limit, after);
  }

  create(product: Product): Promise<Written<StoredProduct | undefined>> {
    const write = () => this.#parts.store.create(product);
    return this.#write(product.id, write, (created) => created !== undefined);
  }

  put(product: Product, expected?: Expected): Promise<Written<PutResult>> {
    const write = () => this.#parts.store.put(product, expected);
    return this.#write(product.id, write, (put) => put !== undefined);
  }

  remove(id: number, expected?: Expected): Promise<Written<RemoveResult>> {
    const write = () => this.#parts.store.remove(id, expected);
    return this.#write(id, write, (removed) => removed === "removed");
  }

  /** Announces it to the cache before and after: from then on no reader fills in what is replaced. */
  async #write<T>(
    id: number,
    write: () => Promise<T>,
    hasWritten: (result: T) => boolean,
  ): Promise<Written<T>> {
    const { cache, refusesUnsettled } = this.#parts;
    const mark = await cache.beginWrite(id);
    if (refusesUnsettled && !mark.isMarked) {
      await mark.cancel();
      throw new StoreUnavailable("redis", undefined, { mayHaveRun: false });
    }
    const result = await write().catch(async (error: unknown) => {
      if (error instanceof StoreUnavailable && !error.mayHaveRun) await mark.cancel();
      throw error;
    });
    if (!hasWritten(result)) {
      await mark.cancel();
      return { result, isSettled: true };
    }
    const isSettled = await mark.settle();
    if (!isSettled && refusesUnsettled) throw new StoreUnavailable("redis");
    return { result, isSettled };
  }
}
