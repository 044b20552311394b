import type { Estimate, Tally, Totals } from "./counter.ts";

/** Roll-ups come this often, so a rolled-up count is at most this old. */
export const ROLL_UP_MS = 10_000;
const REMEMBERED_PAGES = 10_000;

/**
 * Counts that cost the store nothing: at most ten seconds old.
 *
 * What this instance counted itself is remembered; for other pages the roll-up of all instances is
 * asked. A page whose roll-up is older than a roll-up's interval has had no hit since.
 */
export class Estimates {
  readonly #totals: Totals;
  readonly #now: () => number;
  readonly #remembered = new Map<string, Estimate>();

  constructor(totals: Totals, now: () => number) {
    this.#totals = totals;
    this.#now = now;
  }

  remember(page: string, { count }: Tally): void {
    this.#remembered.delete(page);
    this.#remembered.set(page, { count, asOfMs: this.#now() });
    if (this.#remembered.size <= REMEMBERED_PAGES) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  /** @returns zero for a page that was never rolled up */
  async find(page: string): Promise<Estimate> {
    const earliestMs = this.#now() - ROLL_UP_MS;
    const remembered = this.#remembered.get(page);
    if (remembered !== undefined && remembered.asOfMs >= earliestMs) return remembered;
    const { count, asOfMs } = (await this.#totals.find(page)) ?? { count: 0, asOfMs: 0 };
    return { count, asOfMs: Math.max(asOfMs, earliestMs) };
  }
}
