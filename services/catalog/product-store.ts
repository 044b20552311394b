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
