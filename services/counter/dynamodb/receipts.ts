import { createHash, randomBytes } from "node:crypto";
import type { Raise, Raised } from "../accounts/accounts.ts";
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
  readonly #anonymous: number;
  /** How many of the requests without a key the next update answers, and its receipt for them. */
  #shared: { id: string; size: number };
  /** The last of their numbers. */
  #last: number | undefined;

  constructor(raises: readonly Raise[]) {
    this.#ids = raises.map(({ key }) => (key === undefined ? undefined : receiptOf(key)));
    this.#anonymous = this.#ids.filter((id) => id === undefined).length;
    this.#shared = { id: randomReceipt(), size: this.#anonymous };
  }

  get isDone(): boolean {
    return this.#open().length === 0 && (this.#anonymous === 0 || this.#last !== undefined);
  }

  /** @param room the most that the number can be raised by; more requests than that stay open */
  next(room: number): Step {
    const ids = this.#open().slice(0, Math.min(MAX_KEYS, room));
    const keyed = ids.map((id, index) => [id, index + 1] as const);
    const anonymous = this.#last === undefined ? Math.min(this.#anonymous, room - ids.length) : 0;
    if (anonymous === 0) return { size: ids.length, receipts: keyed };
    // Another size is another receipt: an update whose fate is open must not be taken for this one.
    if (anonymous !== this.#shared.size) this.#shared = { id: randomReceipt(), size: anonymous };
    const size = ids.length + anonymous;
    return { size, receipts: [...keyed, [this.#shared.id, size]] };
  }

  /** Takes what the item's receipts answer; true when that was anything. */
  settle(item: Item): boolean {
    const before = this.#open().length;
    for (const id of this.#open()) {
      const number = item[id]?.N;
      if (number !== undefined) this.#dealt.set(id, Number(number));
    }
    const last = item[this.#shared.id]?.N;
    const isNews = last !== undefined && this.#last === undefined;
    if (isNews) this.#last = Number(last);
    return isNews || this.#open().length < before;
  }

  /** In the order of the requests; `full` for those that are still open. */
  numbers(): readonly Raised[] {
    const last = this.#last ?? 0;
    let number = last - (this.#last === undefined ? 0 : this.#shared.size);
    return this.#ids.map((id) => {
      if (id !== undefined) return this.#dealt.get(id) ?? "full";
      if (number === last) return "full";
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

/** The attribute that keeps the number of a key. */
export function receiptOf(key: string): string {
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
