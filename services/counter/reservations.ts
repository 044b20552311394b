import { setTimeout as delay } from "node:timers/promises";
import type { Estimate } from "./counter.ts";

/**
 * Numbers that one life of a page in Redis may deal: above `from`, up to `to`.
 *
 * An epoch begins when the page is new, when Redis lost it or may have stepped back, and when the
 * count is set. Each begins above everything that was promised to those before it, so no number is
 * dealt twice, whatever Redis forgets.
 */
export interface Epoch {
  epoch: number;
  from: number;
  to: number;
}

/** What is durably known of a page. */
export interface Entry extends Estimate {
  /** Undefined for a page that was never counted in Redis. */
  epoch: number | undefined;
  /** Undefined when no numbers are promised to Redis. */
  reservedTo: number | undefined;
}

/** Where numbers are promised before Redis deals them. Throws StoreUnavailable when it is away. */
export interface Ledger {
  find(page: string): Promise<Entry | undefined>;
  /** Begins the epoch after the one seen; undefined when the page changed since it was seen. */
  begin(page: string, seen: Entry | undefined, size: number): Promise<Epoch | undefined>;
  /** Promises an epoch more, up to `to`; false unless it is still the page's and ends at `from`. */
  extend(page: string, more: Epoch): Promise<boolean>;
  /** Begins an epoch at another count, lower ones too. */
  restart(page: string, range: Omit<Epoch, "epoch">): Promise<Epoch>;
  /** Raises the known total; does nothing when it is lower, or of another epoch. */
  rollUp(page: string, epoch: number, estimate: Estimate): Promise<void>;
}

/** The page's side in Redis. */
export interface Limits {
  /** Begins an epoch in Redis; nothing happens when a later one has begun. Never sent twice. */
  start(page: string, epoch: Epoch): Promise<void>;
  /** Lets an epoch deal up to `to`; nothing happens when the page is in another one. */
  extend(page: string, epoch: number, to: number): Promise<void>;
}

/** A page's reservation as Redis told it. */
export interface Standing {
  epoch: number;
  count: number;
  limit: number;
}

/** A quiet page's reservation: the most numbers that it skips when Redis is lost. */
export const SMALLEST_STEP = 16;
const LARGEST_STEP = 100_000;
/** A reservation holds what a page deals in this time. */
const AHEAD_SECONDS = 2;
const QUIET_MS = 60_000;
/** Lets another instance finish what it has begun. */
const YIELD_MS = 25;

/** What a page did since its reservation was last raised. */
interface Pace {
  step: number;
  count: number;
  sinceMs: number;
  /** What the ledger said when the page's epoch was last missing. */
  seen: Entry | undefined;
  raising: Promise<void> | undefined;
}

export interface ReservationsOptions {
  ledger: Ledger;
  limits: Limits;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Keeps Redis supplied with numbers that are promised durably.
 *
 * A reservation reaches as far as the page gets in two seconds, 16 numbers at least, and is raised,
 * off the way of the hits, when half of it is left. So no more than that is ever promised and not
 * dealt, which is what a loss of Redis can skip.
 */
export class Reservations {
  readonly #ledger: Ledger;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #paces = new Map<string, Pace>();

  constructor({ ledger, limits, now }: ReservationsOptions) {
    this.#ledger = ledger;
    this.#limits = limits;
    this.#now = now;
  }

  /** Asks for more in the background when little is left. Failing is no matter: `raise` will tell. */
  keepAhead(page: string, standing: Standing): void {
    const pace = this.#paces.get(page);
    const left = standing.limit - standing.count;
    if (pace?.raising !== undefined || left > (pace?.step ?? SMALLEST_STEP) / 2) return;
    this.raise(page, standing, 0).catch(() => undefined);
  }

  /** Lets the page deal `needed` numbers and some more, or begins an epoch for it. */
  raise(page: string, { epoch, count, limit }: Standing, needed: number): Promise<void> {
    return this.#once(page, async (pace) => {
      const to = count + needed + nextStep(pace, count, this.#now());
      if (to <= limit) return;
      if (await this.#ledger.extend(page, { epoch, from: limit, to })) {
        await this.#limits.extend(page, epoch, to);
        return;
      }
      // Another instance was first; whatever it was promised for this epoch may be used by all.
      const entry = await this.#ledger.find(page);
      if (entry?.epoch !== epoch || entry.reservedTo === undefined) {
        await this.#begin(page, pace, needed);
      } else await this.#limits.extend(page, epoch, entry.reservedTo);
    });
  }

  /** Begins an epoch: Redis does not know the page, or must not be believed. */
  begin(page: string, needed: number): Promise<void> {
    return this.#once(page, (pace) => this.#begin(page, pace, needed));
  }

  /** Sets the count, up or down, for all instances. */
  async restart(page: string, count: number): Promise<void> {
    const range = { from: count, to: count + SMALLEST_STEP };
    await this.#limits.start(page, await this.#ledger.restart(page, range));
  }

  /** Frees what is remembered of pages that nobody opens any more. */
  forgetQuiet(): void {
    const beforeMs = this.#now() - QUIET_MS;
    for (const [page, { sinceMs, raising }] of this.#paces) {
      if (sinceMs < beforeMs && raising === undefined) this.#paces.delete(page);
    }
  }

  /**
   * Begins an epoch, or lets another instance do so: whoever finds that the ledger has changed since
   * Redis was asked looks again first, for the other's epoch may be on its way to Redis.
   */
  async #begin(page: string, pace: Pace, needed: number): Promise<void> {
    const seen = await this.#ledger.find(page);
    const isSettled = seen === undefined || isSame(seen, pace.seen);
    pace.seen = seen;
    const begun = isSettled ? await this.#ledger.begin(page, seen, needed + pace.step) : undefined;
    if (begun === undefined) {
      await delay(YIELD_MS);
      return;
    }
    pace.count = begun.from;
    await this.#limits.start(page, begun);
  }

  /** At most one request a page; those who come meanwhile wait for the same one. */
  #once(page: string, ask: (pace: Pace) => Promise<void>): Promise<void> {
    const pace = this.#paces.get(page) ?? {
      ...{ step: SMALLEST_STEP, count: 0, sinceMs: this.#now() },
      ...{ seen: undefined, raising: undefined },
    };
    this.#paces.set(page, pace);
    pace.raising ??= ask(pace).finally(() => {
      pace.raising = undefined;
    });
    return pace.raising;
  }
}

function isSame(one: Entry, other: Entry | undefined): boolean {
  return one.epoch === other?.epoch && one.reservedTo === other?.reservedTo;
}

/** What the page deals in two seconds, going by the time since the last raise. */
function nextStep(pace: Pace, count: number, nowMs: number): number {
  const seconds = Math.max((nowMs - pace.sinceMs) / 1_000, 1);
  const expected = Math.ceil(((count - pace.count) / seconds) * AHEAD_SECONDS);
  pace.step = Math.min(Math.max(expected, SMALLEST_STEP), LARGEST_STEP);
  pace.count = count;
  pace.sinceMs = nowMs;
  return pace.step;
}
