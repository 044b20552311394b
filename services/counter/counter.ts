import { Batcher } from "../../shared/kit/batcher.ts";
import type { StoreName } from "../../shared/kit/store-unavailable.ts";

/** Counted by `GET /`. */
export const HOME_PAGE = "home";
/** No count passes it. Far more than any page gets, and exact in JSON, Lua and DynamoDB alike. */
export const MAX_COUNT = 999_999_999_999_999;
/** How far back the stores keep one-second buckets. */
export const HISTORY_SECONDS = 600;
/** The last minute is this many whole-second buckets: the running second and those before it. */
export const MINUTE_BUCKETS = 60;

export const PAGE_NAME = /^[A-Za-z0-9._~-]{1,128}$/;
/** Names whose place below `/counter/` is taken, and those that clients and proxies resolve away. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...["status", "docs", "openapi.json"],
  ...[".", ".."],
]);

/** Hits that are counted in one go, by one call of the store. */
export interface HitBatch {
  page: string;
  /** How many numbers to deal out. */
  hits: number;
  /** Openings by known bots: counted apart, without a number. */
  bots: number;
  /** Who the hits came from, as far as the service can tell visitors apart; no name twice. */
  visitors: readonly string[];
}

/** A page's count at one moment. */
export interface Tally {
  /** The total; after a batch the number of its last hit. */
  count: number;
  /** Hits of the 60 one-second buckets that end with `second`. */
  lastMinute: number;
  /** The running second on the store's clock, since the epoch. */
  second: number;
}

export interface Reading extends Tally {
  bots: number;
  /** Estimated number of different visitors since midnight UTC; undefined when not kept. */
  visitorsToday: number | undefined;
}

export interface History {
  /** First and last bucket, in seconds since the epoch; both included. */
  from: number;
  to: number;
  /** Buckets with hits, oldest first. */
  buckets: readonly { second: number; count: number }[];
}

/** A page that has reached `MAX_COUNT` counts no more. */
export class CountExhausted extends Error {
  override readonly name = "CountExhausted";

  constructor(page: string) {
    super(`${page} has reached the highest count`);
  }
}

/**
 * Where pages are counted, for any number of instances at once.
 *
 * Every verb throws StoreUnavailable when a store does not answer in time, or refuses.
 */
export interface CounterStore {
  /** Named where a hit is refused before the store is asked. */
  readonly name: StoreName;
  /**
   * Counts a batch exactly once, however often the store has to be asked.
   *
   * The hits' numbers are `count - hits + 1` to `count`, and nobody else's, ever. A batch that fails
   * may have taken its numbers all the same: they are then missing.
   *
   * @throws CountExhausted when they would pass `MAX_COUNT`
   */
  add(batch: HitBatch): Promise<Tally>;
  read(page: string): Promise<Reading>;
  /** Counts by second, up to the running one, as far back as asked and as kept. */
  history(page: string, seconds: number): Promise<History>;
  /** Makes the next hit of any instance `count + 1`, be that more or less than now. */
  set(page: string, count: number): Promise<Tally>;
  /** Forgets the page: its next hit is its first. Hits of the same moment may keep it. */
  remove(page: string): Promise<void>;
}

/** A count that was true at `asOfMs`; later hits may be missing. */
export interface Estimate {
  count: number;
  asOfMs: number;
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

export interface Visitor {
  address: string;
  userAgent: string;
  isBot: boolean;
}

/** One counted hit. */
export interface Hit {
  page: string;
  number: number;
  visitor: Visitor;
}

/** What a hit is answered with: its own number, and the tally of the batch that it was part of. */
export interface Counted {
  /** The page's count for what is no hit, and got no number. */
  number: number;
  isHit: boolean;
  tally: Tally;
}

export interface CounterOptions {
  store: CounterStore;
  /** Called for every hit once it is counted; must not throw. */
  onHit: (hit: Hit) => void;
  /** Called for every batch once it is counted. */
  onBatch: (batch: HitBatch, tally: Tally) => void;
}

/** Counts openings of pages: concurrent ones of a page share their calls of the store. */
export class Counter {
  readonly #store: CounterStore;
  readonly #options: CounterOptions;
  readonly #hits: Batcher<Visitor, Counted>;
  readonly #reads: Batcher<undefined, Reading>;

  constructor(options: CounterOptions) {
    const { name: store } = options.store;
    this.#store = options.store;
    this.#options = options;
    this.#hits = new Batcher((page, visitors) => this.#add(page, visitors), { store });
    this.#reads = new Batcher((page, readers) => this.#read(page, readers), { store });
  }

  /** Counts one opening. */
  hit(page: string, visitor: Visitor): Promise<Counted> {
    return this.#hits.join(page, visitor);
  }

  read(page: string): Promise<Reading> {
    return this.#reads.join(page, undefined);
  }

  history(page: string, seconds: number): Promise<History> {
    return this.#store.history(page, seconds);
  }

  set(page: string, count: number): Promise<Tally> {
    return this.#store.set(page, count);
  }

  remove(page: string): Promise<void> {
    return this.#store.remove(page);
  }

  async #add(page: string, visitors: readonly Visitor[]): Promise<Counted[]> {
    const people = visitors.filter((visitor) => !visitor.isBot);
    const batch = {
      page,
      hits: people.length,
      bots: visitors.length - people.length,
      visitors: [...new Set(people.map(nameOf))],
    };
    const tally = await this.#store.add(batch);
    this.#options.onBatch(batch, tally);
    return this.#deal(visitors, batch, tally);
  }

  /** The numbers that the store returned, in order of arrival. */
  #deal(visitors: readonly Visitor[], { page, hits }: HitBatch, tally: Tally): Counted[] {
    let number = tally.count - hits;
    return visitors.map((visitor) => {
      if (visitor.isBot) return { number: tally.count, isHit: false, tally };
      number += 1;
      this.#options.onHit({ page, number, visitor });
      return { number, isHit: true, tally };
    });
  }

  async #read(page: string, readers: readonly undefined[]): Promise<Reading[]> {
    const reading = await this.#store.read(page);
    return readers.map(() => reading);
  }
}

/** People behind one address mostly differ in their browsers. */
function nameOf({ address, userAgent }: Visitor): string {
  return `${address} ${userAgent}`;
}
