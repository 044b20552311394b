/** Views of the last two years are kept by the day, today included. */
export const KEPT_DAYS = 731;
const DAY_MS = 86_400_000;
/** What was read is answered for so long, and of so many pages. */
const FRESH_MS = 5_000;
const FRESH_ANSWERS = 1_000;
/** Pages whose day is known to have begun. */
const MAX_BEGUN = 100_000;

/** A day on which a page was counted. */
export interface Day {
  /** Days since the epoch, UTC. */
  day: number;
  /** The page's views before it. */
  from: number;
}

/** Views by the day. Days are numbered since the epoch, in UTC. */
export interface DayHistory {
  /** First and last day, both included; the last one is still running. */
  from: number;
  to: number;
  /** Days with views, oldest first. */
  days: readonly { day: number; views: number }[];
}

/** Where days are kept. Every verb throws StoreUnavailable when it is away. */
export interface DayStore {
  /** Keeps the page's views before the day; does nothing where as few are kept. */
  begin(page: string, day: number, views: number): Promise<void>;
  /** The days with hits from the first to the last, and perhaps some before; oldest first. */
  find(page: string, first: number, last: number): Promise<Day[]>;
  /** Forgets the page's days from the first to the last. */
  remove(page: string, first: number, last: number): Promise<void>;
}

export interface DaysOptions {
  store: DayStore;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Called when a day could not be kept: some of its views are booked to another day. */
  onFailed: (error: unknown) => void;
}

/**
 * A page's views by the day, in UTC.
 *
 * Only the views before a day are kept, written once for each page and day by each instance that
 * counts the page. A day's views are those before the next day with hits, less those before it.
 */
export class Days {
  readonly #options: DaysOptions;
  #today = 0;
  readonly #begun = new Set<string>();
  readonly #fresh = new Map<string, { atMs: number; history: Promise<DayHistory> }>();

  constructor(options: DaysOptions) {
    this.#options = options;
  }

  /** True until this instance has begun the page's day. */
  isDue(page: string): boolean {
    this.#turnTo(this.#dayOfNow());
    return !this.#begun.has(page);
  }

  /** Begins the page's day, with the views before its first hits; never rejects. */
  async begin(page: string, views: number): Promise<void> {
    const today = this.#dayOfNow();
    this.#turnTo(today);
    try {
      await this.#options.store.begin(page, today, views);
      if (today === this.#today) this.#begun.add(page);
    } catch (error) {
      this.#options.onFailed(error);
    }
  }

  /**
   * The views of the last so many days, as they were read in the last five seconds. A failure is
   * repeated for as long: a page that is opened does not wait each time for a store that is away.
   *
   * @param views reads all views of the page
   */
  history(page: string, last: number, views: () => Promise<number>): Promise<DayHistory> {
    const key = `${page} ${last}`;
    const atMs = this.#options.now();
    const fresh = this.#fresh.get(key);
    if (fresh !== undefined && fresh.atMs > atMs - FRESH_MS) return fresh.history;
    const history = this.#read(page, last, views);
    if (this.#fresh.size >= FRESH_ANSWERS) this.#fresh.clear();
    this.#fresh.set(key, { atMs, history });
    return history;
  }

  /** Forgets the page. */
  async remove(page: string): Promise<void> {
    const today = this.#dayOfNow();
    await this.#options.store.remove(page, today - KEPT_DAYS + 1, today);
  }

  /** The views are read first: the day of each of them has then begun. */
  async #read(page: string, last: number, views: () => Promise<number>): Promise<DayHistory> {
    const to = this.#dayOfNow();
    const from = to - last + 1;
    const all = await views();
    const kept = await this.#options.store.find(page, from, to);
    const days = kept.map(({ day, from: before }, index) => {
      const after = kept[index + 1]?.from ?? all;
      return { day, views: Math.max(0, after - before) };
    });
    /** The clock of another instance may be in tomorrow. */
    const isShown = ({ day, views: some }: { day: number; views: number }) =>
      day >= from && day <= to && some > 0;
    return { from, to, days: days.filter(isShown) };
  }

  #turnTo(today: number): void {
    if (today !== this.#today || this.#begun.size >= MAX_BEGUN) this.#begun.clear();
    this.#today = today;
  }

  #dayOfNow(): number {
    return Math.floor(this.#options.now() / DAY_MS);
  }
}
