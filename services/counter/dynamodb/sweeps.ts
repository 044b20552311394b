/** Items that are remembered. */
const MAX_ITEMS = 10_000;
/** Once there are as many, an item is remembered only when it has so many attributes to sweep. */
const MANY = 20;

/**
 * What the next update of each item sweeps, in bounded memory: the items noted first are forgotten
 * first, and noted again by their next update.
 *
 * Where more items are busy than there is room for, each needs a place in one of twenty updates only:
 * so all of them are still swept, up to twenty times as many items as are remembered.
 */
export class Sweeps<Stale> {
  readonly #items = new Map<string, Stale>();

  get size(): number {
    return this.#items.size;
  }

  find(item: string): Stale | undefined {
    return this.#items.get(item);
  }

  forget(item: string): void {
    this.#items.delete(item);
  }

  /** @param count of attributes to sweep */
  note(item: string, stale: Stale, count: number): void {
    this.#items.delete(item);
    const isFull = this.#items.size >= MAX_ITEMS;
    if (count === 0 || (isFull && count < MANY)) return;
    const [oldest] = this.#items.keys();
    if (isFull && oldest !== undefined) this.#items.delete(oldest);
    this.#items.set(item, stale);
  }
}
