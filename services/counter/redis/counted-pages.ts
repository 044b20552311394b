import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { forEachAtMost } from "./for-each-at-most.ts";
import type { Ledger } from "../ledger.ts";
import type { Reservations } from "./reservations.ts";

/** Calls of the ledger at a time: it has hundreds of connections, and hits need some of them. */
const PARALLEL_CALLS = 16;
/** A page that nobody opened for so long gives back what was reserved for it. */
const IDLE_SECONDS = 600;

/** A page that this process counted. */
interface CountedPage {
  epoch: number;
  count: number;
  /** When this was the count. */
  asOfMs: number;
  isRolledUp: boolean;
}

export interface CountedPagesOptions {
  ledger: Ledger;
  reservations: Reservations;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** The pages that this process counted and that may hold a reservation: what a roll-up is about. */
export class CountedPages {
  readonly #options: CountedPagesOptions;
  readonly #pages = new Map<string, CountedPage>();

  constructor(options: CountedPagesOptions) {
    this.#options = options;
  }

  note(page: string, epoch: number, count: number): void {
    this.#pages.set(page, { epoch, count, asOfMs: this.#options.now(), isRolledUp: false });
  }

  /**
   * Writes the counts that are new since the last time to the ledger, then ends the epochs of idle
   * pages. Stops at the first call that fails: a ledger that is away must not be asked for every
   * page. A node of Redis that is away leaves the pages of the others alone. What is left is for the
   * next time.
   */
  async rollUp(signal?: AbortSignal): Promise<void> {
    const changed = [...this.#pages].filter(([, { isRolledUp }]) => !isRolledUp);
    await this.#forEach(changed, signal, async ([page, counted]) => {
      await this.#options.ledger.rollUp(page, counted.epoch, counted);
      counted.isRolledUp = true;
    });
    const idleBeforeMs = this.#options.now() - IDLE_SECONDS * 1_000;
    const idle = [...this.#pages].filter(([, { asOfMs }]) => asOfMs < idleBeforeMs);
    await this.#endEach(idle, signal, IDLE_SECONDS);
  }

  /** Ends the epoch of every page, for a process that stops. */
  async endAll(signal: AbortSignal): Promise<void> {
    await this.#endEach([...this.#pages], signal, 0);
  }

  /** Counts that the ledger does not know yet. */
  get notRolledUp(): number {
    return [...this.#pages.values()].filter(({ isRolledUp }) => !isRolledUp).length;
  }

  /** Pages whose reservation has not been given back. */
  get size(): number {
    return this.#pages.size;
  }

  async #endEach(
    pages: readonly [string, CountedPage][],
    signal: AbortSignal | undefined,
    idleSeconds: number,
  ): Promise<void> {
    let away: StoreUnavailable | undefined;
    await this.#forEach(pages, signal, async (entry) => {
      await this.#end(entry, idleSeconds).catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable && error.store === "redis")) throw error;
        away ??= error;
      });
    });
    if (away !== undefined) throw away;
  }

  /** A page that somebody else counts is theirs to end; one that was counted meanwhile is kept. */
  async #end([page, counted]: [string, CountedPage], idleSeconds: number): Promise<void> {
    await this.#options.reservations.end(page, { idleSeconds });
    if (this.#pages.get(page) === counted) this.#pages.delete(page);
  }

  #forEach<T>(
    items: readonly T[],
    signal: AbortSignal | undefined,
    run: (item: T) => Promise<void>,
  ) {
    return forEachAtMost({ items, parallel: PARALLEL_CALLS, run, signal });
  }
}
