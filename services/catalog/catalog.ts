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

/** What a write demands of the product as it is: any of these versions, or just to be there. */
export type Expected = readonly string[] | "any";

export type PutResult = { outcome: "created" | "replaced"; product: StoredProduct } | undefined;
export type RemoveResult = "removed" | "absent" | "mismatch";

/**
 * Where products are kept for good.
 *
 * Every verb throws StoreUnavailable when the store does not answer; a write may then have happened
 * or happen a moment later.
 */
export interface ProductStore {
  /** Sees every write that was acknowledged before it was called. */
  find(id: number): Promise<StoredProduct | undefined>;
  /** Every product once over all pages, in an order of the store's own. */
  list(limit: number, after?: number): Promise<ProductPage>;
  /** Undefined, and nothing written, when the id is taken. */
  create(product: Product): Promise<StoredProduct | undefined>;
  /** Undefined, and nothing written, when the product is not as expected. */
  put(product: Product, expected?: Expected): Promise<PutResult>;
  remove(id: number, expected?: Expected): Promise<RemoveResult>;
}

/** The right to fill one key of the cache, until a write takes it away. */
export type Lease = string;

/** What one load from the store gave. */
export interface Load {
  product: StoredProduct | undefined;
  loadedAtMs: number;
  /** How long it took. */
  loadMs: number;
}

/** A load that the cache kept. */
export interface Copy extends Load {
  lease: Lease;
  /** Until then it is answered without asking the store. */
  freshUntilMs: number;
  /** Until then the cache keeps it at all. */
  keptUntilMs: number;
}

/**
 * What the cache knows of a product:
 * - `held`: a copy, though not always a fresh one
 * - `granted`: nothing, and the asker is the one to load it
 * - `leased`: nothing yet, somebody else is loading it
 * - `closed`: nothing that may be used: the product is being written, or the cache is away
 */
export type CacheAnswer =
  | { state: "held"; copy: Copy }
  | { state: "granted" | "leased"; lease: Lease }
  | { state: "closed" };

/** The cache is closed for a product that is being written. */
export interface WriteMark {
  /**
   * The write is decided: the cache may learn the product anew. Left out for a write that may still
   * happen, the cache stays closed until it cannot any more.
   */
  settle(): Promise<void>;
}

/** A cache that may fail at any time. No verb ever rejects: what fails leaves it `closed`. */
export interface ProductCache {
  /** The answer is not older than the question. */
  lookUp(id: number): Promise<CacheAnswer>;
  /** Keeps a load, unless the product was written since the lease was given. */
  fill(id: number, lease: Lease, load: Load): Promise<void>;
  /** Keeps a copy for longer without calling it fresh. */
  prolong(id: number, copy: Copy): Promise<void>;
  /** Gives a lease back unused. */
  release(id: number, lease: Lease): Promise<void>;
  /** Closes the cache for this product, on every instance, before it is written. */
  beginWrite(id: number): Promise<WriteMark>;
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

export interface CatalogParts {
  store: ProductStore;
  cache: ProductCache;
  reader: ProductReader;
}

/** The catalog: reads go through the cache, and no write leaves a former product in it. */
export class Catalog {
  readonly #store: ProductStore;
  readonly #cache: ProductCache;
  readonly #reader: ProductReader;

  constructor({ store, cache, reader }: CatalogParts) {
    this.#store = store;
    this.#cache = cache;
    this.#reader = reader;
  }

  read(id: number): Promise<Reading> {
    return this.#reader.read(id);
  }

  list(limit: number, after?: number): Promise<ProductPage> {
    return this.#store.list(limit, after);
  }

  create(product: Product): Promise<StoredProduct | undefined> {
    return this.#write(product.id, () => this.#store.create(product));
  }

  put(product: Product, expected?: Expected): Promise<PutResult> {
    return this.#write(product.id, () => this.#store.put(product, expected));
  }

  remove(id: number, expected?: Expected): Promise<RemoveResult> {
    return this.#write(id, () => this.#store.remove(id, expected));
  }

  /** Closes the cache first: from then on no reader can fill it with what the write replaces. */
  async #write<T>(id: number, write: () => Promise<T>): Promise<T> {
    const mark = await this.#cache.beginWrite(id);
    const result = await write();
    await mark.settle();
    return result;
  }
}
