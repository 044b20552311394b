import { setImmediate as immediate } from "node:timers/promises";
import { type StoreName, StoreUnavailable, type UnavailableReason } from "./store-unavailable.ts";
import { batches, joins } from "./tracing/channels.ts";

/** Keeps one call from growing without end; the rest goes with the next one. */
const MAX_ITEMS = 1_000;

export interface BatcherOptions {
  /**
   * The store that the refusal names when too many wait.
   *
   * @defaultValue "redis"
   */
  store?: StoreName;
  /**
   * Most callers that wait behind one key's call; more are refused.
   *
   * @defaultValue 10,000
   */
  maxWaitingPerKey?: number;
  /**
   * Most callers that wait behind the calls of all keys; more are refused.
   *
   * @defaultValue 50,000
   */
  maxWaiting?: number;
}

interface Entry<Item, Reply> {
  item: Item;
  resolve: (reply: Reply) => void;
  reject: (error: unknown) => void;
}

/**
 * Makes one call out of those that come while another is under way.
 *
 * For each key at most one call runs. Who comes while none does is called for at once; who comes
 * while one runs waits for its end, together with the others that do, and then shares the next one.
 * There is no timer to wait for, an idle key costs nothing, and a busy one costs one call a round trip.
 *
 * A call that fails because the store is away fails those who wait behind it as well: their own call
 * would make them wait again. Nothing of theirs was sent.
 */
export class Batcher<Item, Reply> {
  readonly #call: (key: string, items: readonly Item[]) => Promise<readonly Reply[]>;
  readonly #options: Required<BatcherOptions>;
  /** Those who wait, for each key that has a call under way. */
  readonly #waiting = new Map<string, Entry<Item, Reply>[]>();
  #waitingCount = 0;

  /** @param call answers the items in their order; its failure is the failure of all of them */
  constructor(
    call: (key: string, items: readonly Item[]) => Promise<readonly Reply[]>,
    options: BatcherOptions = {},
  ) {
    this.#call = call;
    this.#options = { store: "redis", maxWaitingPerKey: 10_000, maxWaiting: 50_000, ...options };
  }

  /** @throws StoreUnavailable at once when too many wait already */
  join(key: string, item: Item): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const entry = { item, resolve, reject };
      joins.publish(entry);
      const waiting = this.#waiting.get(key);
      if (waiting === undefined) {
        this.#waiting.set(key, []);
        void this.#run(key, entry);
      } else if (this.#isFull(waiting)) {
        reject(refusal(this.#options.store, "overloaded", new Error("too many callers wait")));
      } else {
        this.#waitingCount += 1;
        waiting.push(entry);
      }
    });
  }

  async #run(key: string, first: Entry<Item, Reply>): Promise<void> {
    let batch = [first];
    while (batch.length > 0) {
      await this.#answer(key, batch);
      // Answers bring the next requests: those that have come by now go along.
      await immediate();
      batch = this.#take(key, MAX_ITEMS);
    }
    this.#waiting.delete(key);
  }

  async #answer(key: string, batch: readonly Entry<Item, Reply>[]): Promise<void> {
    try {
      const items = batch.map((entry) => entry.item);
      const replies = await batches.tracePromise(() => this.#call(key, items), { entries: batch });
      for (const [index, entry] of batch.entries()) entry.resolve(replies[index] as Reply);
    } catch (error) {
      for (const entry of batch) entry.reject(error);
      if (!(error instanceof StoreUnavailable)) return;
      const unsent = refusal(error.store, error.reason, error.cause);
      for (const entry of this.#take(key, Infinity)) entry.reject(unsent);
    }
  }

  #take(key: string, count: number): Entry<Item, Reply>[] {
    const taken = this.#waiting.get(key)?.splice(0, count) ?? [];
    this.#waitingCount -= taken.length;
    return taken;
  }

  #isFull(waiting: readonly unknown[]): boolean {
    const { maxWaitingPerKey, maxWaiting } = this.#options;
    return waiting.length >= maxWaitingPerKey || this.#waitingCount >= maxWaiting;
  }
}

/** Of a caller whose item was never sent. */
function refusal(store: StoreName, reason: UnavailableReason, cause: unknown): StoreUnavailable {
  return new StoreUnavailable(store, cause, { reason, mayHaveRun: false });
}
