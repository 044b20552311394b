import { setTimeout as delay } from "node:timers/promises";
import type { Entry, Epoch, Ledger, Sealed } from "../ledger.ts";

/** The page's side in Redis. */
export interface Limits {
  /** Begins an epoch in Redis; nothing happens when a later one has begun. Never sent twice. */
  start(page: string, epoch: Epoch): Promise<void>;
  /** Lets an epoch deal up to `to`; nothing happens when the page is in another one. */
  extend(page: string, epoch: number, to: number): Promise<void>;
  /**
   * Ends the page's epoch there.
   *
   * @returns `busy`, and nothing happens, when it dealt a number in the last `idleSeconds`;
   *   undefined when it has none
   */
  seal(page: string, idleSeconds: number): Promise<Sealed | "busy" | undefined>;
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
/** A page that nobody opened for so long gives back what it was promised. */
const QUIET_SECONDS = 600;
/** Lets another instance finish what it has begun. */
const YIELD_MS = 50;

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
 * dealt, which is what a loss of Redis can skip. A page that has been quiet, and every page of a
 * process that stops, is sealed: it deals no more until somebody begins an epoch just above its
 * last number, and then nothing is skipped at all.
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
        await this.#begin(page, pace, { needed });
      } else await this.#limits.extend(page, epoch, entry.reservedTo);
    });
  }

  /** Begins an epoch: Redis does not know the page, must not be believed, or has sealed it. */
  begin(page: string, needed: number, sealed?: Sealed): Promise<void> {
    return this.#once(page, (pace) => this.#begin(page, pace, { needed, sealed }));
  }

  /** Sets the count, up or down, for all instances. */
  async restart(page: string, count: number): Promise<void> {
    const range = { from: count, to: count + SMALLEST_STEP };
    await this.#limits.start(page, await this.#ledger.restart(page, range));
  }

  /** Seals the pages that nobody opens any more, and forgets them. */
  async sealQuiet(): Promise<void> {
    const beforeMs = this.#now() - QUIET_SECONDS * 1_000;
    const quiet = [...this.#paces].filter(([, { sinceMs }]) => sinceMs < beforeMs);
    await Promise.all(quiet.map(([page]) => this.#seal(page, QUIET_SECONDS)));
  }

  /** Seals every page that this process has numbers promised for; one that fails may skip some. */
  async sealAll(): Promise<void> {
    await Promise.allSettled([...this.#paces.keys()].map((page) => this.#seal(page, 0)));
  }

  async #seal(page: string, idleSeconds: number): Promise<void> {
    await this.#paces.get(page)?.raising?.catch(() => undefined);
    const sealed = await this.#limits.seal(page, idleSeconds);
    if (sealed === "busy") return;
    this.#paces.delete(page);
    if (sealed !== undefined) await this.#ledger.settle(page, sealed);
  }

  /**
   * Begins an epoch, or lets another instance do so: whoever finds that the ledger has changed since
   * Redis was asked looks again first, for the other's epoch may be on its way to Redis.
   */
  async #begin(page: string, pace: Pace, { needed, sealed }: Need): Promise<void> {
    const seen = await this.#ledger.find(page);
    const last = sealed && lastDealt(seen, sealed);
    const isSettled = seen === undefined || last !== undefined || isSame(seen, pace.seen);
    pace.seen = seen;
    const from = last ?? Math.max(seen?.count ?? 0, seen?.reservedTo ?? 0);
    const range = { from, to: from + needed + pace.step };
    const begun = isSettled ? await this.#ledger.begin(page, seen, range) : undefined;
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

interface Need {
  needed: number;
  sealed?: Sealed | undefined;
}

/** Where a sealed page ended, if nobody began an epoch since; with or without it being settled. */
function lastDealt(seen: Entry | undefined, { epoch, count }: Sealed): number | undefined {
  if (seen?.epoch === epoch) return count;
  return seen?.epoch === epoch + 1 && seen.reservedTo === count ? count : undefined;
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
