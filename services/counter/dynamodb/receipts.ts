import { createHash, randomBytes } from "node:crypto";
import type { Raise } from "../accounts/accounts.ts";
import type { Item } from "./item.ts";

/** Requests with a key that one update carries: its expressions stay below DynamoDB's 4 KB. */
const MAX_KEYS = 15;
/** Receipts that an item keeps, the newest: it stays around three kilobytes. */
const KEPT_RECEIPTS = 40;
/** Younger ones are kept beside them: longer than a lost reply is waited for and sent again. */
const YOUNG_MS = 10_000;
/** All of them together: an item stays below forty kilobytes, of the 400 that it may have. */
const MAX_RECEIPTS = 400;
/** Receipts that one update sweeps: more than it writes, or the item of a busy user would grow. */
const MAX_SWEPT = 2 * MAX_KEYS;

/** What one update has to raise a number by, and the receipts that it writes. */
export interface Step {
  size: number;
  receipts: readonly (readonly [id: string, offset: number])[];
}

/**
 * Deals the numbers of one batch of requests, over as many updates as it takes.
 *
 * Each key has a receipt of its own; the requests without one share a receipt that keeps the last of
 * their numbers.
 */
export class Deal {
  readonly #ids: readonly (string | undefined)[];
  readonly #dealt = new Map<string, number>();
  readonly #shared = randomReceipt();
  readonly #anonymous: number;
  #last: number | undefined;

  constructor(raises: readonly Raise[]) {
    this.#ids = raises.map(({ key }) => (key === undefined ? undefined : receiptOf(key)));
    this.#anonymous = this.#ids.filter((id) => id === undefined).length;
  }

  get isDone(): boolean {
    return this.#open().length === 0 && (this.#anonymous === 0 || this.#last !== undefined);
  }

  next(): Step {
    const ids = this.#open().slice(0, MAX_KEYS);
    const keyed = ids.map((id, index) => [id, index + 1] as const);
    if (this.#anonymous === 0 || this.#last !== undefined) {
      return { size: ids.length, receipts: keyed };
    }
    const size = ids.length + this.#anonymous;
    return { size, receipts: [...keyed, [this.#shared, size]] };
  }

  /** Takes what the item's receipts answer; true when that was anything. */
  settle(item: Item): boolean {
    const before = this.#open().length;
    for (const id of this.#open()) {
      const number = item[id]?.N;
      if (number !== undefined) this.#dealt.set(id, Number(number));
    }
    const last = item[this.#shared]?.N;
    const isNews = last !== undefined && this.#last === undefined;
    if (isNews) this.#last = Number(last);
    return isNews || this.#open().length < before;
  }

  /** In the order of the requests, once done. */
  numbers(): readonly number[] {
    let number = (this.#last ?? 0) - this.#anonymous;
    return this.#ids.map((id) => {
      if (id !== undefined) return this.#dealt.get(id) ?? 0;
      number += 1;
      return number;
    });
  }

  #open(): string[] {
    const keyed = this.#ids.filter((id) => id !== undefined);
    return [...new Set(keyed)].filter((id) => !this.#dealt.has(id));
  }
}

/** Names of receipts are attributes that an expression can hold as they are. */
export function randomReceipt(): string {
  return `receipt_${randomBytes(9).toString("hex")}`;
}

function receiptOf(key: string): string {
  return `receipt_${createHash("sha256").update(key).digest("hex").slice(0, 24)}`;
}

/**
 * Receipts that are neither among the newest nor young, as many as one update can sweep.
 *
 * They are picked by chance, for other instances sweep the same item at the same time.
 *
 * @param random at least 0, below 1
 */
export function staleReceipts(item: Item, nowMs: number, random: () => number): readonly string[] {
  const ids = Object.keys(item).filter((name) => name.startsWith("receipt_"));
  const at = (id: string) => Number(item[`at_${id}`]?.N ?? 0);
  const oldestFirst = ids.sort((one, other) => at(one) - at(other));
  const stale = oldestFirst
    .slice(0, Math.max(0, ids.length - KEPT_RECEIPTS))
    .filter((id, index) => at(id) < nowMs - YOUNG_MS || index < ids.length - MAX_RECEIPTS);
  const first = Math.floor(random() * Math.max(1, stale.length - MAX_SWEPT + 1));
  return stale.slice(first, first + MAX_SWEPT);
}
