import { setImmediate as immediate } from "node:timers/promises";

/** Keeps one call from growing without end; the rest goes with the next one. */
const MAX_ITEMS = 1_000;

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
 * So nobody waits for a timer, an idle key costs nothing, and a busy one costs one call a round trip.
 */
export class Batcher<Item, Reply> {
  readonly #call: (key: string, items: readonly Item[]) => Promise<readonly Reply[]>;
  /** Those who wait, for each key that has a call under way. */
  readonly #waiting = new Map<string, Entry<Item, Reply>[]>();

  /** @param call answers the items in their order; its failure is the failure of all of them */
  constructor(call: (key: string, items: readonly Item[]) => Promise<readonly Reply[]>) {
    this.#call = call;
  }

  join(key: string, item: Item): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const entry = { item, resolve, reject };
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) {
        waiting.push(entry);
        return;
      }
      this.#waiting.set(key, []);
      void this.#run(key, entry);
    });
  }

  async #run(key: string, first: Entry<Item, Reply>): Promise<void> {
    let batch = [first];
    while (batch.length > 0) {
      await this.#answer(key, batch);
      // Answers bring the next requests: those that have come by now go along.
      await immediate();
      batch = this.#waiting.get(key)?.splice(0, MAX_ITEMS) ?? [];
    }
    this.#waiting.delete(key);
  }

  async #answer(key: string, batch: readonly Entry<Item, Reply>[]): Promise<void> {
    try {
      const items = batch.map((entry) => entry.item);
      const replies = await this.#call(key, items);
      for (const [index, entry] of batch.entries()) entry.resolve(replies[index] as Reply);
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  }
}
