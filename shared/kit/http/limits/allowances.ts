import { networkOf } from "./network.ts";

const REMEMBERED_CALLERS = 10_000;
const MINUTE_MS = 60_000;

export interface AllowancesOptions {
  /** What a caller may take in a minute, and at once. */
  perMinute: number;
  /** Milliseconds since any fixed instant. */
  now: () => number;
}

/** What a caller has left, and when that was. */
interface Allowance {
  left: number;
  asOfMs: number;
}

/**
 * What each caller may take in a minute: a token bucket for each address, in this process.
 *
 * The memory is bounded: of the callers that were not seen for longest, those above 10,000 are
 * forgotten, and have all of their allowance when they come again.
 *
 * @see https://en.wikipedia.org/wiki/Token_bucket
 */
export class Allowances {
  readonly perMinute: number;
  readonly #now: () => number;
  readonly #callers = new Map<string, Allowance>();

  constructor({ perMinute, now }: AllowancesOptions) {
    this.perMinute = perMinute;
    this.#now = now;
  }

  /**
   * Takes one, where one is left.
   *
   * @param address canonical; all of an IPv6 network is one caller
   * @returns what is left; below 0 when there was none to take
   */
  take(address: string): number {
    const caller = networkOf(address);
    const nowMs = this.#now();
    const known = this.#callers.get(caller);
    if (known === undefined) return this.#remember(caller, nowMs);
    const refilled = ((nowMs - known.asOfMs) * this.perMinute) / MINUTE_MS;
    const left = Math.min(known.left + Math.max(refilled, 0), this.perMinute) - 1;
    known.left = left < 0 ? left + 1 : left;
    known.asOfMs = nowMs;
    // The map's order is that of their last requests.
    this.#callers.delete(caller);
    this.#callers.set(caller, known);
    return left;
  }

  /** Seconds until there are so many more, rounded up. */
  secondsFor(more: number): number {
    return Math.ceil((more * MINUTE_MS) / this.perMinute / 1_000);
  }

  #remember(caller: string, asOfMs: number): number {
    const left = this.perMinute - 1;
    this.#callers.set(caller, { left, asOfMs });
    if (this.#callers.size > REMEMBERED_CALLERS) {
      const [oldest] = this.#callers.keys();
      if (oldest !== undefined) this.#callers.delete(oldest);
    }
    return left;
  }
}
