import { Allowances, type AllowancesOptions } from "../../../shared/kit/http/limits/allowances.ts";

/** `perMinute` of 0 is no limit. */
export interface NewPagesOptions extends AllowancesOptions {
  /** True for a page that this instance has counted: it is not new, and costs nothing to ask. */
  knows: (page: string) => boolean;
  /** Asks the store; only for callers that have reached the limit. */
  exists: (page: string) => Promise<boolean>;
}

/**
 * Bounds how many pages one caller can make: each costs memory in Redis and an item in DynamoDB.
 *
 * A page that this instance has not counted takes one of the caller's allowance. A caller without
 * allowance may still open pages that exist.
 */
export class NewPages {
  readonly #options: NewPagesOptions;
  readonly #allowances: Allowances;

  constructor(options: NewPagesOptions) {
    this.#options = options;
    this.#allowances = new Allowances(options);
  }

  /** @returns after how many seconds the caller may make the page; undefined when it may now */
  async secondsUntilAllowed(page: string, address: string): Promise<number | undefined> {
    const { perMinute, knows, exists } = this.#options;
    if (perMinute === 0 || knows(page)) return undefined;
    const left = this.#allowances.take(address);
    if (left >= 0 || (await exists(page))) return undefined;
    return this.#allowances.secondsFor(-left);
  }
}
