import { setTimeout as delay } from "node:timers/promises";
import type { LeaseOrder, LeaseStore } from "../leases.ts";

/**
 * A slot is looked for twice: a write that the network delivers late may arrive after the first
 * answer of a store that was away.
 */
const ANSWERS = 2;

export interface UnclaimedSlotsOptions {
  leases: Pick<LeaseStore, "takeBack">;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Time between two tries, in milliseconds. */
  retryMs: number;
  /** Starts that are remembered; beyond it the oldest is forgotten, and its lease frees the slot. */
  capacity: number;
}

/**
 * Starts whose outcome reached no caller: the client had gone, the deadline had passed, or the
 * store did not answer. What they may have taken is given back, in the background and again until
 * the store has answered or the lease is over.
 */
export class UnclaimedSlots {
  readonly #options: UnclaimedSlotsOptions;
  /** By order, the answers that are still wanted. The one that was asked longest ago comes first. */
  readonly #wanted = new Map<LeaseOrder, number>();
  #isBusy = false;

  constructor(options: UnclaimedSlotsOptions) {
    this.#options = options;
  }

  /** Starts that may still hold a slot that no player uses. */
  get count(): number {
    return this.#wanted.size;
  }

  /** Returns at once; the work goes on in the background. */
  giveBack(order: LeaseOrder): void {
    this.#wanted.set(order, ANSWERS);
    const [oldest] = this.#wanted.keys();
    if (this.#wanted.size > this.#options.capacity && oldest) this.#wanted.delete(oldest);
    if (!this.#isBusy) void this.#work();
  }

  /** Tries each once more, for a process that stops. */
  async stop(): Promise<void> {
    const left = [...this.#wanted.keys()];
    await Promise.all(left.map((order) => this.#isAnswered(order)));
    this.#wanted.clear();
  }

  /** One after the other, and a pause when the store is away, which must not get more work. */
  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#wanted.size > 0) {
      for (const [order, answers] of [...this.#wanted]) {
        const isAnswered = await this.#isAnswered(order);
        const left = isAnswered ? answers - 1 : answers;
        // Last in turn: the store may refuse the item of one caller, and answer for the others.
        if (this.#wanted.delete(order) && left > 0) this.#wanted.set(order, left);
        if (!isAnswered) break;
      }
      if (this.#wanted.size > 0) await delay(this.#options.retryMs, undefined, { ref: false });
    }
    this.#isBusy = false;
  }

  /** @returns false when the store did not answer, and the lease is not over by itself */
  async #isAnswered(order: LeaseOrder): Promise<boolean> {
    const { leases, now } = this.#options;
    if (order.expiresAtMs <= now()) return true;
    return leases.takeBack(order).then(
      () => true,
      () => false,
    );
  }
}
