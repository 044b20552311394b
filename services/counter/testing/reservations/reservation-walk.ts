import { expect } from "chai";
import fc from "fast-check";

import { StoreUnavailable } from "../../../../shared/kit/store-unavailable.ts";
import type { Ledger, LedgerEntry } from "../../ledger.ts";
import { RedisStore } from "../../redis/redis-store.ts";
import { type CounterRedis, FIRST_STEP } from "../../redis/scripts.ts";
import { FaultyLedger, FaultyPages, faults } from "../faulty-stores.ts";

const events = [
  ...["count", "count", "count", "count on both", "count on both"],
  ...["start fails", "extend fails", "ledger fails", "reply is lost"],
  ...["stop", "kill", "roll up", "late calls arrive", "remember"],
  ...["redis loses the page", "redis steps back"],
  ...["ledger loses the page", "ledger steps back"],
] as const;

const MAX_HITS = 60;
/** Stands for the replication id of a Redis that was restarted since. */
const EARLIER = "earlier";

const step = fc.record({
  what: fc.constantFrom(...events),
  /** Which of the two instances. */
  by: fc.nat(1),
  hits: fc.integer({ min: 1, max: MAX_HITS }),
  how: fc.constantFrom(...faults),
  /** Calls of the ledger that fail, and whether they are done all the same. */
  calls: fc.integer({ min: 1, max: 3 }),
  areDone: fc.boolean(),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a walk begins with, and what happens then. */
export const walks = fc.record({
  start: fc.constantFrom(0, 0, 1_000, 1_000_000_000_000),
  steps: fc.array(step, { minLength: 5, maxLength: 25 }),
});

export interface WalkOptions {
  redis: CounterRedis;
  ledger: Ledger;
  page: string;
  newWriter: () => string;
  /** Makes the ledger's entry what it was before, or removes it. */
  restore: (page: string, entry: LedgerEntry | undefined) => Promise<void>;
}

/** Two instances, one page, and how many numbers may be missing for what has happened to it. */
export class ReservationWalk {
  readonly #options: WalkOptions;
  readonly #instances: [Instance, Instance];
  readonly #numbers: number[] = [];
  #last = 0;
  #allowedGap = 0;
  #redisBefore: Record<string, string> = {};
  #ledgerBefore: LedgerEntry | undefined;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#instances = [this.#open(), this.#open()];
  }

  async run(start: number, steps: readonly Step[]): Promise<void> {
    if (start > 0) await this.#instances[0].store.set(this.#options.page, start);
    for (const step of steps) {
      await this.#events[step.what](step);
      for (const { pages, ledger } of this.#instances) {
        await ledger.calls.end();
        await pages.calls.end();
      }
    }
    await this.#heal();
    for (const by of [0, 1]) expect(await this.#count(by, 1), "the page is jammed").to.equal(true);
    await this.#expectPromises(start);
  }

  readonly #events: Record<(typeof events)[number], (step: Step) => Promise<unknown>> = {
    count: ({ by, hits }) => this.#count(by, hits),
    "count on both": ({ hits }) => Promise.all([this.#count(0, hits), this.#count(1, hits)]),
    "start fails": async ({ by, hits, how }) => {
      if (how !== "refused") this.#allow(1);
      await this.#failNext(by, { start: how });
      // Only a page that Redis does not have is started.
      await this.#loseRedis({});
      await this.#count(by, hits);
    },
    "extend fails": ({ by, how }) => this.#failNext(by, { extend: how }),
    "reply is lost": ({ by }) => this.#failNext(by, { add: "unanswered" }),
    "ledger fails": ({ by, calls, areDone }) => {
      this.#allow(calls);
      Object.assign(this.#instances[by]!.ledger.failing, { calls, areDone });
      return Promise.resolve();
    },
    stop: async ({ by }) => {
      const { counted } = this.#instances[by]!.store;
      await orUnavailable(counted.endAll(new AbortController().signal));
      await this.#replace(by);
    },
    kill: ({ by }) => this.#replace(by),
    "roll up": ({ by }) => orUnavailable(this.#instances[by]!.store.counted.rollUp()),
    "late calls arrive": async ({ by }) => {
      for (const call of this.#instances[by]!.pages.late.splice(0)) await call();
    },
    remember: async () => {
      this.#redisBefore = await this.#readRedis();
      this.#ledgerBefore = await this.#options.ledger.find(this.#options.page);
    },
    "redis loses the page": () => this.#loseRedis({}),
    "redis steps back": () => this.#loseRedis(this.#redisBefore),
    "ledger loses the page": () => this.#loseLedger(undefined),
    "ledger steps back": () => this.#loseLedger(this.#ledgerBefore),
  };

  #open(): Instance {
    const { redis, newWriter } = this.#options;
    const pages = new FaultyPages({ redis, writer: newWriter() });
    const ledger = new FaultyLedger(this.#options.ledger);
    return { pages, ledger, store: new RedisStore({ pages, ledger, now: Date.now }) };
  }

  /** The calls that the network holds outlive their sender. */
  #replace(by: number): Promise<void> {
    const late = this.#instances[by]!.pages.late;
    this.#instances[by] = this.#open();
    this.#instances[by].pages.late.push(...late);
    return Promise.resolve();
  }

  #failNext(by: number, next: FaultyPages["next"]): Promise<void> {
    Object.assign(this.#instances[by]!.pages.next, next);
    return Promise.resolve();
  }

  /** False when a store was not available. */
  async #count(by: number, hits: number): Promise<boolean> {
    const { store } = this.#instances[by]!;
    const batch = { page: this.#options.page, hits, bots: 0, visitors: [] };
    const tally = await orUnavailable(store.add(batch));
    if (tally === undefined) return false;
    for (let back = hits - 1; back >= 0; back -= 1) this.#numbers.push(tally.count - back);
    // Not always the highest: a START that comes late gives lower numbers that nobody else has.
    this.#last = tally.count;
    return true;
  }

  /** A fault may cost what was reserved ahead, and what was reserved for hits then refused. */
  #allow(times: number): void {
    this.#allowedGap += times * (LARGEST_REACHED + 2 * MAX_HITS);
  }

  async #loseRedis(fields: Record<string, string>): Promise<void> {
    const { redis } = this.#options;
    this.#allow(1);
    await redis.run((client) => client.del(this.#key));
    if (fields["total"] === undefined) return;
    // As after a restart: the data is older, and the replication id another one.
    await redis.run((client) => client.hSet(this.#key, { ...fields, server: EARLIER }));
  }

  /** Redis knows better, and tells at the next raise; losing both at once is not promised for. */
  async #loseLedger(entry: LedgerEntry | undefined): Promise<void> {
    const { page, restore } = this.#options;
    const { server = EARLIER } = await this.#readRedis();
    if (server === EARLIER) return;
    await this.#heal();
    // A START that came late brought an earlier epoch back: what a later one gave is lost in Redis.
    const known = await this.#options.ledger.find(page);
    if (Number((await this.#readRedis())["epoch"]) < (known?.epoch ?? 0)) return;
    // Read only now: an extension that came late has raised the limit.
    const { total, limit } = await this.#readRedis();
    await restore(page, entry);
    const missing = Number(limit) - Number(total) + 1;
    expect(await this.#count(0, missing), "the page is jammed").to.equal(true);
  }

  async #heal(): Promise<void> {
    for (const { pages, ledger } of this.#instances) {
      for (const call of pages.late.splice(0)) await call();
      Object.assign(pages.next, { start: undefined, extend: undefined, add: undefined });
      ledger.failing.calls = 0;
    }
  }

  async #expectPromises(start: number): Promise<void> {
    const sorted = this.#numbers.toSorted((a, b) => a - b);
    const twice = sorted.filter((number, index) => number === sorted[index - 1]);
    expect(twice, "given twice").to.deep.equal([]);
    const missing = (sorted.at(-1) ?? start) - start - sorted.length;
    expect(missing, "missing").to.be.within(0, this.#allowedGap);
    const { count } = await this.#instances[0].store.read(this.#options.page);
    expect(count).to.equal(this.#last);
  }

  #readRedis(): Promise<Record<string, string>> {
    return this.#options.redis.run((client) => client.hGetAll(this.#key));
  }

  get #key(): string {
    return `counter:v2:{${this.#options.page}}`;
  }
}

interface Instance {
  store: RedisStore;
  pages: FaultyPages;
  ledger: FaultyLedger;
}

/** A step doubles at most once for each time that half of it was counted; walks are short. */
const LARGEST_REACHED = 64 * FIRST_STEP;

/** Undefined when a store was not available. */
async function orUnavailable<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}
