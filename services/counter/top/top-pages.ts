import type { PageTotal, Totals } from "../estimates.ts";

/** Entries of the list. */
const TOP_PAGES = 25;
/** What was read is answered for so long; a failure too, so that a store that is away slows few. */
const FRESH_MS = 5_000;
/** How often a merge is tried while other instances write the list. */
const MAX_TRIES = 5;
/** Noted pages above this are cut to the highest: no other of them can enter the list. */
const MAX_NOTED = 1_000;

/** The list of all instances, highest count first. */
export interface TopList {
  pages: readonly PageTotal[];
  /** Raised by every write; 0 for a list that was never written. */
  version: number;
}

/** Where the list is kept. Throws StoreUnavailable when it is away. */
export interface TopListStore {
  find(): Promise<TopList>;
  /** False, and nothing written, when the list has another version than `seen`. */
  replace(pages: readonly PageTotal[], seen: number): Promise<boolean>;
}

export interface TopPagesOptions {
  store: TopListStore;
  /** What is true of a page: the list repeats it. */
  totals: Pick<Totals, "find">;
  /** Pages that count, and are left out. */
  unlisted: readonly string[];
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * The pages with most views, as every instance merges those that it counted into one list.
 *
 * A merge reads the list, then the totals of pages that would change it, and writes only while the
 * list still has the version that was read. A page that was set or removed raises the version in any
 * case, so a merge that read its total before cannot write it afterwards.
 */
export class TopPages {
  readonly #options: TopPagesOptions;
  readonly #unlisted: ReadonlySet<string>;
  /** Counts that may enter the list, of pages since the last merge. */
  #noted = new Map<string, number>();
  /** Pages that were set or removed since the last merge. */
  #changed = new Set<string>();
  #known: { pages: Promise<readonly PageTotal[]>; atMs: number } | undefined;

  constructor(options: TopPagesOptions) {
    this.#options = options;
    this.#unlisted = new Set(options.unlisted);
  }

  /** Remembers a page that was counted for the next merge; costs no call of a store. */
  note(page: string, count: number): void {
    if (this.#unlisted.has(page)) return;
    this.#noted.set(page, count);
    if (this.#noted.size > MAX_NOTED) this.#noted = new Map(highest(this.#noted));
  }

  /** The same for a page that was set, or removed: count 0. It may have to leave the list. */
  change(page: string, count: number): void {
    if (this.#unlisted.has(page)) return;
    this.#noted.set(page, count);
    this.#changed.add(page);
  }

  /**
   * Brings the list up to date with what was noted before the call; what fails is left for the next
   * merge.
   *
   * @param rollUp makes the totals those of the noted pages; awaited before they are read
   */
  async merge(rollUp?: () => Promise<void>): Promise<void> {
    const [noted, changed] = [this.#noted, this.#changed];
    this.#noted = new Map();
    this.#changed = new Set();
    let isMerged = false;
    try {
      await rollUp?.();
      for (let tries = 0; tries < MAX_TRIES && !isMerged; tries += 1)
        isMerged = noted.size === 0 || (await this.#merge(noted, changed));
    } finally {
      if (!isMerged) this.#restore(noted, changed);
    }
  }

  /** The list, highest count first; what another instance merged may be missing for five seconds. */
  async list(): Promise<readonly PageTotal[]> {
    const nowMs = this.#options.now();
    if (this.#known === undefined || this.#known.atMs < nowMs - FRESH_MS)
      this.#know(this.#options.store.find().then(({ pages }) => pages));
    return (await this.#known?.pages)?.filter(({ page }) => !this.#unlisted.has(page)) ?? [];
  }

  /** False when another instance has written the list meanwhile. */
  async #merge(noted: ReadonlyMap<string, number>, changed: ReadonlySet<string>): Promise<boolean> {
    const { pages, version } = await this.#options.store.find();
    const merged = new Map(pages.map((each) => [each.page, each]));
    const totals = await Promise.all(
      candidates({ pages, noted, changed }).map(
        async (page) => [page, await this.#options.totals.find(page)] as const,
      ),
    );
    for (const [page, { count, asOfMs } = { count: 0, asOfMs: 0 }] of totals)
      merged.set(page, { page, count, asOfMs });
    const next = [...merged.values()]
      .filter(({ page, count }) => count > 0 && !this.#unlisted.has(page))
      .sort((a, b) => b.count - a.count || (a.page < b.page ? -1 : 1))
      .slice(0, TOP_PAGES);
    const isNews = changed.size > 0 || !isSame(next, pages);
    if (isNews && !(await this.#options.store.replace(next, version))) return false;
    this.#know(Promise.resolve(next));
    return true;
  }

  #know(pages: Promise<readonly PageTotal[]>): void {
    this.#known = { pages, atMs: this.#options.now() };
  }

  /** What was noted meanwhile is newer. */
  #restore(noted: ReadonlyMap<string, number>, changed: ReadonlySet<string>): void {
    for (const [page, count] of noted) if (!this.#noted.has(page)) this.note(page, count);
    for (const page of changed) this.#changed.add(page);
  }
}

interface Candidates {
  pages: readonly PageTotal[];
  noted: ReadonlyMap<string, number>;
  changed: ReadonlySet<string>;
}

/** Pages whose totals may change the list: at most those that are in it, and as many again. */
function candidates({ pages, noted, changed }: Candidates): string[] {
  const listed = new Map(pages.map(({ page, count }) => [page, count]));
  const isFull = pages.length >= TOP_PAGES;
  const floor = isFull ? (pages.at(-1)?.count ?? 0) : 0;
  const inside = [...listed].filter(
    ([page, count]) => changed.has(page) || (noted.get(page) ?? count) !== count,
  );
  const entering = highest(noted).filter(([page, count]) => !listed.has(page) && count >= floor);
  return [...inside, ...entering].map(([page]) => page);
}

function highest(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, TOP_PAGES);
}

function isSame(left: readonly PageTotal[], right: readonly PageTotal[]): boolean {
  const textOf = (pages: readonly PageTotal[]) =>
    pages.map(({ page, count }) => `${page} ${count}`).join();
  return textOf(left) === textOf(right);
}
