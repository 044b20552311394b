import { StoreUnavailable } from "../../shared/kit/store-unavailable.ts";
import type { ProductCache } from "./product-cache.ts";
import type {
  Product,
  StoredProduct,
  ProductPage,
  Expected,
  PutResult,
  RemoveResult,
  ProductStore,
} from "./product-store.ts";

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
