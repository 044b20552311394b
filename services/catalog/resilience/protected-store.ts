import { bulkhead, isBulkheadRejectedError } from "cockatiel";
import { Circuit, type CircuitState } from "../../../shared/kit/resilience/circuit.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import type {
  Expected,
  Product,
  ProductPage,
  ProductStore,
  PutResult,
  RemoveResult,
  StoredProduct,
} from "../product-store.ts";

/** Failed calls in a row after which the store is left alone. */
const BREAK_AFTER = 5;

export interface ProtectedStoreOptions {
  store: ProductStore;
  /** Loads that are under way at the same time. */
  parallel: number;
  /** Further loads that wait their turn; those beyond fail at once. */
  waiting: number;
  /** Longest wait for a turn, in milliseconds. */
  queueMs: number;
  /** How long an open circuit leaves the store alone before it tries one call, in milliseconds. */
  halfOpenAfterMs: number;
  /** Milliseconds that only grow. */
  now: () => number;
  /** Called whenever the store is given up, with the error that did it. */
  onOpen?: (error: unknown) => void;
}

/**
 * A store that is not overloaded when its cache is lost, and that fails fast while it is away:
 * one circuit for all verbs, and a bounded queue for loads.
 *
 * What is refused here is refused as StoreUnavailable, like a store that does not answer.
 */
export class ProtectedStore implements ProductStore {
  readonly #store: ProductStore;
  readonly #queueMs: number;
  readonly #bulkhead;
  readonly #circuit: Circuit;

  constructor(options: ProtectedStoreOptions) {
    this.#store = options.store;
    this.#queueMs = options.queueMs;
    this.#bulkhead = bulkhead(options.parallel, options.waiting);
    this.#circuit = new Circuit({
      failures: BREAK_AFTER,
      pauseMs: options.halfOpenAfterMs,
      isOutage: (error) => error instanceof StoreUnavailable,
      refusal: notCalled,
      now: options.now,
      onOpen: options.onOpen,
    });
  }

  get circuit(): CircuitState {
    return this.#circuit.state;
  }

  find(id: number): Promise<StoredProduct | undefined> {
    return this.#queue(() => this.#circuit.run(() => this.#store.find(id)));
  }

  list(limit: number, after?: number): Promise<ProductPage> {
    return this.#circuit.run(() => this.#store.list(limit, after));
  }

  create(product: Product): Promise<StoredProduct | undefined> {
    return this.#circuit.run(() => this.#store.create(product));
  }

  put(product: Product, expected?: Expected): Promise<PutResult> {
    return this.#circuit.run(() => this.#store.put(product, expected));
  }

  remove(id: number, expected?: Expected): Promise<RemoveResult> {
    return this.#circuit.run(() => this.#store.remove(id, expected));
  }

  /** Runs the load when it is its turn; refuses it when that takes too long. */
  #queue<T>(load: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(overloaded(new Error(`no turn within ${this.#queueMs} ms`)));
    }, this.#queueMs);
    const takeTurn = async () => {
      clearTimeout(timer);
      // Its caller has been refused already, so the turn goes to the next at once.
      if (!isLate) await load().then(resolve, reject);
    };
    this.#bulkhead.execute(takeTurn).catch((error: unknown) => {
      clearTimeout(timer);
      reject(isBulkheadRejectedError(error) ? overloaded(error) : error);
    });
    return promise;
  }
}

function notCalled(): StoreUnavailable {
  const cause = new Error("the last calls failed; it is asked again in a second");
  return new StoreUnavailable("dynamodb", cause, { reason: "unreachable", mayHaveRun: false });
}

function overloaded(cause: unknown): StoreUnavailable {
  return new StoreUnavailable("dynamodb", cause, { reason: "overloaded", mayHaveRun: false });
}
