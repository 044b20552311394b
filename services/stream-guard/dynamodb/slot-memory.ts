import type { Slots } from "./slots.ts";

/**
 * What this instance last saw of the callers' slots, for the callers it saw last.
 *
 * It may be out of date, so it only says where to try first; the store decides.
 */
export class SlotMemory {
  readonly #capacity: number;
  readonly #slots = new Map<string, Slots>();

  /** @param capacity callers to remember */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  recall(caller: string): Slots | undefined {
    return this.#slots.get(caller);
  }

  remember(caller: string, slots: Slots): void {
    this.#slots.delete(caller);
    this.#slots.set(caller, slots);
    if (this.#slots.size <= this.#capacity) return;
    const [longestUnseen] = this.#slots.keys();
    if (longestUnseen !== undefined) this.#slots.delete(longestUnseen);
  }
}
