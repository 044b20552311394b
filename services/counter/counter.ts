import { Batcher } from "../../shared/kit/batcher.ts";
import type { History } from "./spans.ts";
import type { StoreName } from "../../shared/kit/store-unavailable.ts";

/** Counted by `GET /`. */
export const HOME_PAGE = "home";
/** No count passes it. Far more than any page gets, and exact in JSON, Lua and DynamoDB alike. */
export const MAX_COUNT = 999_999_999_999_999;
/** How far back the stores keep one-second buckets. */
export const HISTORY_SECONDS = 600;
/** The last minute is this many whole-second buckets: the running second and those before it. */
export const MINUTE_BUCKETS = 60;

/** Hits that are counted in one go, by one call of the store. */
export interface HitBatch {
  page: string;
  /** How many numbers to deal out, beside those of the keys. */
  hits: number;
  /** Of hits that may be sent again: a number each, unless it was given one before. No key twice. */
  keys?: readonly string[];
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

/** What a batch was given. */
export interface Dealt extends Tally {
  /** In the order of the batch's keys. */
  keyed?: readonly KeyedNumber[];
}

/** The number that a key stands for. */
export interface KeyedNumber {
  number: number;
  /** False when an earlier batch counted the hit. */
  isNew: boolean;
}

export interface Reading extends Tally {
  bots: number;
  /** Estimated number of different visitors since midnight UTC; undefined when not kept. */
  visitorsToday: number | undefined;
}

/**
 * All that is known of a page at one moment, read in one step of the store.
 *
 * Its numbers agree: the last minute is at most the sum of the spans, and that at most the count.
 */
export interface Snapshot extends Reading {
  /** Hits of each of the spans (see `spans.ts`) that end with the one of `second`, oldest first. */
  spans: readonly number[];
}

/** A page that has reached `MAX_COUNT` counts no more. */
export class CountExhausted extends Error {
  override readonly name = "CountExhausted";

  constructor(page: string) {
    super(`${page} has reached the highest count`);
  }
}

/** A key that stands for a hit of another page. */
export class KeyReused extends Error {
  override readonly name = "KeyReused";
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
   * may have taken its numbers all the same: they are then missing, but for those of its keys.
   *
   * @throws CountExhausted when they would pass `MAX_COUNT`
   */
  add(batch: HitBatch): Promise<Dealt>;
  /** The page that a key stands for: this one, unless the store knows of another. */
  pageOf(key: string, page: string): Promise<string>;
  read(page: string): Promise<Reading>;
  snapshot(page: string): Promise<Snapshot>;
  /** Counts by second, up to the running one, as far back as asked and as kept. */
  history(page: string, seconds: number): Promise<History>;
  /**
   * Makes the next hit of any instance `count + 1`, be that more or less than now. A count below the
   * hits of the last ten minutes forgets them.
   */
  set(page: string, count: number): Promise<Tally>;
  /** Forgets the page: its next hit is its first. Hits of the same moment may keep it. */
  remove(page: string): Promise<void>;
}

export interface Visitor {
  address: string;
  userAgent: string;
  isBot: boolean;
}

/** One opening of a page. */
export interface Opening extends Visitor {
  /** Of a hit that may be sent again, letters and digits; what is no hit is not kept. */
  key?: string | undefined;
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
  readonly #hits: Batcher<Opening, Counted>;
  readonly #reads: Batcher<undefined, Reading>;
  readonly #snapshots: Batcher<undefined, Snapshot>;

  constructor(options: CounterOptions) {
    const { name: store } = options.store;
    this.#store = options.store;
    this.#options = options;
    this.#hits = new Batcher((page, openings) => this.#add(page, openings), { store });
    this.#reads = new Batcher(
      forAll((page) => this.#store.read(page)),
      { store },
    );
    this.#snapshots = new Batcher(
      forAll((page) => this.#store.snapshot(page)),
      { store },
    );
  }

  /**
   * Counts one opening; openings with the same key once.
   *
   * @throws KeyReused when the key stands for a hit of another page
   */
  hit(page: string, opening: Opening): Promise<Counted> {
    const { key, isBot } = opening;
    return key === undefined || isBot
      ? this.#hits.join(page, opening)
      : this.#hitOnce(page, opening, key);
  }

  read(page: string): Promise<Reading> {
    return this.#reads.join(page, undefined);
  }

  snapshot(page: string): Promise<Snapshot> {
    return this.#snapshots.join(page, undefined);
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

  async #hitOnce(page: string, opening: Opening, key: string): Promise<Counted> {
    if ((await this.#store.pageOf(key, page)) !== page) throw new KeyReused();
    return this.#hits.join(page, opening);
  }

  async #add(page: string, openings: readonly Opening[]): Promise<Counted[]> {
    const people = openings.filter((opening) => !opening.isBot);
    const keyed = people.flatMap(({ key }) => (key === undefined ? [] : [key]));
    const batch = {
      page,
      hits: people.length - keyed.length,
      keys: [...new Set(keyed)],
      bots: openings.length - people.length,
      visitors: [...new Set(people.map(nameOf))],
    };
    const dealt = await this.#store.add(batch);
    const isNew = dealt.keyed?.filter((each) => each.isNew).length ?? 0;
    this.#options.onBatch({ ...batch, hits: batch.hits + isNew }, dealt);
    return this.#deal(openings, batch, dealt);
  }

  /** The numbers that the store returned, in order of arrival. */
  #deal(openings: readonly Opening[], { page, hits, keys = [] }: HitBatch, tally: Dealt) {
    const keyed = new Map(tally.keyed?.map((each, index) => [keys[index], { ...each }]));
    let number = tally.count - hits;
    return openings.map((visitor): Counted => {
      if (visitor.isBot) return { number: tally.count, isHit: false, tally };
      const known = visitor.key === undefined ? undefined : keyed.get(visitor.key);
      const hit = known?.number ?? (number += 1);
      if (known?.isNew !== false) this.#options.onHit({ page, number: hit, visitor });
      if (known !== undefined) known.isNew = false;
      return { number: hit, isHit: true, tally };
    });
  }
}

/** One reading for all that ask while the one before is under way. */
function forAll<T>(read: (page: string) => Promise<T>) {
  return async (page: string, readers: readonly undefined[]): Promise<T[]> => {
    const reading = await read(page);
    return readers.map(() => reading);
  };
}

/** People behind one address mostly differ in their browsers. */
function nameOf({ address, userAgent }: Visitor): string {
  return `${address} ${userAgent}`;
}
