import type { StoredProduct } from "./product-store.ts";

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
