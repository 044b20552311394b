import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleType,
  isBrokenCircuitError,
  isBulkheadRejectedError,
} from "cockatiel";
import { StoreUnavailable } from "../../shared/kit/store-unavailable.ts";
import type { ProductStore, StoredProduct } from "./catalog.ts";

/** Failed loads in a row after which the store is left alone. */
const BREAK_AFTER = 5;

export interface BoundedFinderOptions {
  store: Pick<ProductStore, "find">;
  /** Loads that are under way at the same time. */
  parallel: number;
  /** Further loads that wait their turn; those beyond fail at once. */
  waiting: number;
  /** How long an open circuit leaves the store alone before it tries one load, in milliseconds. */
  halfOpenAfterMs: number;
}

/**
 * Loads that neither crush a store which has lost its cache nor wait for one that is away.
 *
 * What is refused here is refused as StoreUnavailable, like a store that does not answer.
 */
export class BoundedFinder implements Pick<ProductStore, "find"> {
  readonly #store: Pick<ProductStore, "find">;
  readonly #bulkhead;
  readonly #circuit;

  constructor({ store, parallel, waiting, halfOpenAfterMs }: BoundedFinderOptions) {
    this.#store = store;
    this.#bulkhead = bulkhead(parallel, waiting);
    this.#circuit = circuitBreaker(handleType(StoreUnavailable), {
      halfOpenAfter: halfOpenAfterMs,
      breaker: new ConsecutiveBreaker(BREAK_AFTER),
    });
  }

  get circuit(): CircuitState {
    return this.#circuit.state;
  }

  async find(id: number): Promise<StoredProduct | undefined> {
    // One load tries whether the store is back; the others need not wait for its word.
    if (this.#circuit.state === CircuitState.HalfOpen) throw new StoreUnavailable("dynamodb");
    try {
      return await this.#bulkhead.execute(() => this.#circuit.execute(() => this.#store.find(id)));
    } catch (error) {
      const isRefused = isBrokenCircuitError(error) || isBulkheadRejectedError(error);
      throw isRefused ? new StoreUnavailable("dynamodb", error) : error;
    }
  }
}
