const REMEMBERED_CALLERS = 10_000;
const MINUTE_MS = 60_000;

export interface NewPagesOptions {
  /** How many pages a caller may make in a minute, and at once; 0 for no limit. */
  perMinute: number;
  /** True for a page that this instance has counted: it is not new, and costs nothing to ask. */
  knows: (page: string) => boolean;
  /** Asks the store; only for callers that have reached the limit. */
  exists: (page: string) => Promise<boolean>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** What a caller has left, and when that was. */
interface Allowance {
  pages: number;
  asOfMs: number;
}

/**
 * Bounds how many pages one caller can make: each costs memory in Redis and an item in DynamoDB.
 *
 * A page that this instance has not counted takes one of the caller's allowance, which refills over a
 * minute (a token bucket). A caller without allowance may still open pages that exist.
 */
export class NewPages {
  readonly #options: NewPagesOptions;
  readonly #callers = new Map<string, Allowance>();

  constructor(options: NewPagesOptions) {
    this.#options = options;
  }

  /** @returns after how many seconds the caller may make the page; undefined when it may now */
  async secondsUntilAllowed(page: string, address: string): Promise<number | undefined> {
    const { perMinute, knows, exists } = this.#options;
    if (perMinute === 0 || knows(page)) return undefined;
    const allowance = this.#refill(callerOf(address));
    if (allowance.pages >= 1) {
      allowance.pages -= 1;
      return undefined;
    }
    if (await exists(page)) return undefined;
    return Math.ceil(((1 - allowance.pages) * MINUTE_MS) / perMinute / 1_000);
  }

  #refill(caller: string): Allowance {
    const { perMinute, now } = this.#options;
    const asOfMs = now();
    const before = this.#callers.get(caller) ?? { pages: perMinute, asOfMs };
    const refilled = ((asOfMs - before.asOfMs) * perMinute) / MINUTE_MS;
    const allowance = { pages: Math.min(before.pages + Math.max(refilled, 0), perMinute), asOfMs };
    this.#callers.delete(caller);
    this.#callers.set(caller, allowance);
    if (this.#callers.size > REMEMBERED_CALLERS) {
      const [oldest] = this.#callers.keys();
      if (oldest !== undefined) this.#callers.delete(oldest);
    }
    return allowance;
  }
}

/** One household has 2^64 IPv6 addresses: the network stands for all of them. */
export function callerOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = ""] = address.split("::");
  return head.split(":").slice(0, 4).join(":");
}
