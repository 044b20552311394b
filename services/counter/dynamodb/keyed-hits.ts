import type { KeyedNumber } from "../counter.ts";
import { type Item, numberIn } from "./item.ts";
import { receiptOf } from "./receipts.ts";

/** Keys that one update carries: its expressions stay below DynamoDB's 4 KB. */
const MAX_KEYS = 8;

/** The hits of a batch that have a key, over as many updates as it takes. */
export class KeyedHits {
  readonly #keys: readonly string[];
  readonly #numbers = new Map<string, KeyedNumber>();

  constructor(keys: readonly string[] = []) {
    this.#keys = keys;
  }

  /** What the next update gives numbers to, and whether that is all. */
  next(): { keys: readonly string[]; isLast: boolean } {
    const open = this.#keys.filter((key) => !this.#numbers.has(key));
    return { keys: open.slice(0, MAX_KEYS), isLast: open.length <= MAX_KEYS };
  }

  /**
   * Takes the numbers of the keys that were next from an item.
   *
   * @param isNew whether the update gave them
   * @returns true when there was one
   */
  settle(item: Item, isNew: boolean): boolean {
    const before = this.#numbers.size;
    for (const key of this.next().keys) {
      const number = numberIn(item, receiptOf(key));
      if (number !== undefined) this.#numbers.set(key, { number, isNew });
    }
    return this.#numbers.size > before;
  }

  /** In the order of the keys. */
  numbers(): KeyedNumber[] {
    return this.#keys.flatMap((key) => this.#numbers.get(key) ?? []);
  }
}
