import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { MAX_COUNT } from "../counter.ts";
import type { EndedEpoch, Epoch, Ledger, LedgerEntry } from "../ledger.ts";
import type { Pages, Raise, RemoveOptions } from "./pages.ts";
import { FIRST_STEP } from "./scripts.ts";

/** The ledger changes under a reader when other instances count; more often in a row is a fault. */
const MAX_ROUNDS = 8;

export interface ReservationsOptions {
  ledger: Ledger;
  pages: Pages;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Called when Redis lost a page, with how many of its numbers are skipped at most. */
  onGap?: ((numbers: number) => void) | undefined;
}

/**
 * Supplies Redis with numbers that are reserved durably.
 *
 * The order never changes: first the ledger reserves, then Redis may give. An epoch is started in
 * Redis once at most, so its numbers are given once at most, whatever Redis forgets afterwards. The
 * state table, and what a crash between any two steps costs, is in the service's README.
 */
export class Reservations {
  readonly #ledger: Ledger;
  readonly #pages: Pages;
  readonly #now: () => number;
  readonly #onGap: ReservationsOptions["onGap"];

  constructor({ ledger, pages, now, onGap }: ReservationsOptions) {
    this.#onGap = onGap;
    this.#ledger = ledger;
    this.#pages = pages;
    this.#now = now;
  }

  /** Begins an epoch of a page that Redis does not have; for the instance that was elected to. */
  async begin(page: string, hits: number): Promise<void> {
    try {
      const seen = await this.#ledger.find(page);
      const from = highestKnown(seen);
      // Another instance may have changed the page since: the next hit of this one finds out.
      const isBegun = await this.#start(page, seen, { from, to: from + hits + FIRST_STEP });
      const skipped = from - (seen?.count ?? 0);
      if (isBegun && skipped > 0) this.#onGap?.(skipped);
    } catch (error) {
      // Others need not wait for what failed here. Failing to say so costs them two seconds.
      await this.#pages.yield(page).catch(() => undefined);
      throw error;
    }
  }

  /** Lets a page give more numbers; ends its epoch when the ledger has left it. */
  async raise(page: string, { epoch, from, to }: Raise): Promise<void> {
    if (await this.#ledger.extend(page, { epoch, from, to })) {
      return this.#pages.extend(page, epoch, to);
    }
    const entry = await this.#ledger.find(page);
    if (entry?.epoch === epoch && (entry.reservedTo ?? 0) > from) {
      // Another instance was first; what it reserved for this epoch may be given by all.
      return this.#pages.extend(page, epoch, entry.reservedTo ?? 0);
    }
    // A later epoch has begun, or the ledger lost the page or was restored from a backup.
    await this.end(page, { epoch });
  }

  /**
   * Ends the page's epoch, and gives back what it did not give; does nothing when it is not idle.
   * Until that is given back nobody begins another epoch, which would begin above it.
   */
  async end(page: string, when: { epoch?: number; idleSeconds?: number } = {}): Promise<void> {
    const ended = await this.#pages.end(page, when);
    if (ended === undefined) return;
    await this.#thenRelease(page, () => this.#ledger.settle(page, ended));
  }

  /** Sets the count, up or down, for all instances. */
  async set(page: string, count: number): Promise<void> {
    const ended = await this.#pages.end(page, { isKept: true });
    await this.#thenRelease(page, async () => {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const seen = await this.#ledger.find(page);
        const range = { from: count, to: count + FIRST_STEP, replaced: lastOf(seen, ended) };
        if (await this.#start(page, seen, range)) return;
      }
      throw new StoreUnavailable("dynamodb", new Error(`changed ${MAX_ROUNDS} times meanwhile`));
    });
  }

  /**
   * Forgets the page: its next hit is its first.
   *
   * @returns false, and nothing is done, while somebody begins or ends an epoch, unless forced: what
   *   they have still to write would bring the page back
   */
  async remove(page: string, options: RemoveOptions): Promise<boolean> {
    if (!(await this.#pages.remove(page, options))) return false;
    await this.#thenRelease(page, () => this.#ledger.remove(page));
    return true;
  }

  /** Failing to release costs the others two seconds, and nothing else. */
  async #thenRelease(page: string, run: () => Promise<void>): Promise<void> {
    await run().finally(() => this.#pages.release(page).catch(() => undefined));
  }

  /** False, and nothing begun, when the page changed since it was seen. */
  async #start(page: string, seen: LedgerEntry | undefined, range: Range): Promise<boolean> {
    const epoch = Math.max((seen?.epoch ?? 0) + 1, this.#now());
    const begun = { ...range, epoch, to: Math.min(range.to, MAX_COUNT) };
    if (!(await this.#ledger.begin(page, seen, begun))) return false;
    try {
      await this.#pages.start(page, begun);
    } catch (error) {
      if (provesNotRun(error)) await this.#takeBack(page, begun);
      throw error;
    }
    return true;
  }

  /** None of the epoch's numbers was given, nor will be. Failing costs them: they are skipped. */
  async #takeBack(page: string, { epoch, from }: Epoch): Promise<void> {
    const unused: EndedEpoch = { epoch, count: from };
    await this.#ledger.settle(page, unused).catch(() => undefined);
  }
}

type Range = Omit<Epoch, "epoch">;

/** Every number up to it may have been given. */
export function highestKnown(entry: LedgerEntry | undefined): number {
  return Math.max(entry?.count ?? 0, entry?.reservedTo ?? 0);
}

/** The count that setting it replaces: what Redis knew, unless the ledger has left that epoch. */
function lastOf(seen: LedgerEntry | undefined, ended: EndedEpoch | undefined): number {
  const count = seen?.count ?? 0;
  return ended !== undefined && ended.epoch === seen?.epoch ? ended.count : count;
}

/** Redis was not asked, or refused: a lost reply alone leaves it open. */
function provesNotRun(error: unknown): boolean {
  return error instanceof StoreUnavailable && !error.mayHaveRun;
}
