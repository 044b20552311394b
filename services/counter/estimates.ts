import type { Tally } from "./counter.ts";

/** A count that was true at `asOfMs`; later hits may be missing. */
export interface Estimate {
  count: number;
  asOfMs: number;
  /** By how much setting the count has moved it; undefined where that is nothing. */
  moved?: number;
}

/** What the page was really counted to, whatever its count was set to: it never falls. */
export function viewsOf({ count, moved = 0 }: Pick<Estimate, "count" | "moved">): number {
  return count - moved;
}

/** The counts as they were last rolled up. */
export interface Totals {
  find(page: string): Promise<Estimate | undefined>;
  /** Pages in no order, at most `limit`; `next` is there when more may follow. */
  list(limit: number, after?: string): Promise<{ pages: PageTotal[]; next: string | undefined }>;
}

export interface PageTotal extends Estimate {
  page: string;
}

/** A count that this process gave so long ago is still its best estimate. */
const FRESH_MS = 10_000;
const REMEMBERED_PAGES = 10_000;

/**
 * Counts that cost the store nothing, each with the time at which it was true.
 *
 * What this instance counted itself is remembered for ten seconds; else the roll-up of all instances
 * is asked. A page that nobody counts keeps the time of its last roll-up, however long ago.
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

  forget(page: string): void {
    this.#remembered.delete(page);
  }

  /** True for a page that this instance counted, as far as it remembers. */
  knows(page: string): boolean {
    return this.#remembered.has(page);
  }

  /** @returns zero, now, for a page that the roll-up does not know */
  async find(page: string): Promise<Estimate> {
    const nowMs = this.#now();
    const remembered = this.#remembered.get(page);
    if (remembered !== undefined && remembered.asOfMs >= nowMs - FRESH_MS) return remembered;
    const { count, asOfMs } = (await this.#totals.find(page)) ?? { count: 0, asOfMs: nowMs };
    return { count, asOfMs };
  }
}
