import { setTimeout as delay } from "node:timers/promises";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import {
  CountExhausted,
  type CounterStore,
  type Dealt,
  type HitBatch,
  HISTORY_SECONDS,
  MINUTE_BUCKETS,
  type Reading,
  type Snapshot,
  type Tally,
} from "../counter.ts";
import type { Ledger } from "../ledger.ts";
import { type Bucket, type History, spansOf } from "../spans.ts";
import { CountedPages } from "./counted-pages.ts";
import type { AddReply, Pages, PageState } from "./pages.ts";
import { highestKnown, Reservations } from "./reservations.ts";

/**
 * A batch whose reply was lost is sent again after these pauses, while its first sending is less
 * than `RESEND_MS` ago: long enough to connect again, for a batch that is given up leaves a gap.
 */
const RESEND_PAUSES_MS = [25, 50, 100, 200, 400];
const RESEND_MS = 1_000;
/** Pauses while another instance begins the page's epoch; the last one repeats. */
const WAIT_PAUSES_MS = [5, 10, 20, 40, 80, 160];
/**
 * Longest wait for others: one may have died beginning or ending an epoch, which costs two seconds,
 * and the next one may need as long to begin.
 */
const PATIENCE_MS = 4_000;
/** How often a batch gets numbers for its page before it is refused: others may take them. */
const MAX_SUPPLIES = 8;

export interface RedisStoreOptions {
  pages: Pages;
  ledger: Ledger;
  /** Milliseconds since the epoch; makes epochs and bounds waits. Redis times the hits itself. */
  now: () => number;
  /** Called when Redis lost a page, with how many of its numbers are skipped at most. */
  onGap?: ((numbers: number) => void) | undefined;
}

/**
 * Counts in Redis, and only with numbers that the ledger has reserved before.
 *
 * One batch of a page at a time: a fence knows only a process's last one.
 */
export class RedisStore implements CounterStore {
  readonly name = "redis";
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #pages: Pages;
  readonly #reservations: Reservations;
  readonly #counted: CountedPages;

  constructor({ pages, ledger, now, onGap }: RedisStoreOptions) {
    this.#ledger = ledger;
    this.#now = now;
    this.#pages = pages;
    this.#reservations = new Reservations({ ledger, pages, now, onGap });
    this.#counted = new CountedPages({ ledger, reservations: this.#reservations, now });
  }

  /** What this process has counted, for the roll-up. */
  get counted(): CountedPages {
    return this.#counted;
  }

  async add(batch: HitBatch): Promise<Dealt> {
    const { page, hits, keys = [] } = batch;
    const send = this.#pages.add(batch);
    const untilMs = this.#now() + PATIENCE_MS;
    for (let waits = 0, supplies = 0; supplies < MAX_SUPPLIES;) {
      const reply = await this.#sendUntilAnswered(send);
      if (reply.outcome === "counted") return this.#note(page, reply);
      if (reply.outcome === "full") throw new CountExhausted(page);
      if (reply.outcome === "wait") {
        if (this.#now() >= untilMs) break;
        await delay(pauseMs((waits += 1)));
        continue;
      }
      supplies += 1;
      if (reply.outcome === "begin") await this.#reservations.begin(page, hits + keys.length);
      if (reply.outcome === "raise") await this.#reservations.raise(page, reply.raise);
    }
    throw new StoreUnavailable("dynamodb", new Error("others keep or take the page's numbers"));
  }

  pageOf(key: string, page: string): Promise<string> {
    return this.#pages.claim(key, page);
  }

  async read(page: string): Promise<Reading> {
    const { reading } = await this.#read(page, MINUTE_BUCKETS);
    return reading;
  }

  async snapshot(page: string): Promise<Snapshot> {
    const { reading, counts } = await this.#read(page, HISTORY_SECONDS);
    return { ...reading, spans: spansOf(bucketsOf(reading.second, counts), reading.second) };
  }

  async history(page: string, seconds: number): Promise<History> {
    const { reading, counts } = await this.#pages.read(page, Math.max(seconds, MINUTE_BUCKETS));
    const { second: to } = reading;
    return { from: to - seconds + 1, to, buckets: bucketsOf(to, counts.slice(-seconds)) };
  }

  async set(page: string, count: number): Promise<Tally> {
    await this.#reservations.set(page, count);
    return { ...(await this.read(page)), count };
  }

  async remove(page: string): Promise<void> {
    const untilMs = this.#now() + PATIENCE_MS;
    const remove = () => this.#reservations.remove(page, { isForced: this.#now() >= untilMs });
    for (let waits = 1; !(await remove()); waits += 1) await delay(pauseMs(waits));
  }

  /**
   * The ledger tells the count of a page that Redis does not have before it was asked, nor after.
   * Else it may tell what an epoch has reserved and not given, and the next reading would be lower.
   */
  async #read(page: string, seconds: number): Promise<PageState> {
    const untilMs = this.#now() + PATIENCE_MS;
    let count: number | undefined;
    for (let waits = 0; ;) {
      const state = await this.#pages.read(page, seconds);
      if (state.isKnown) return state;
      if (state.isChanging && this.#now() < untilMs) {
        count = undefined;
        await delay(pauseMs((waits += 1)));
      } else if (count === undefined) {
        count = highestKnown(await this.#ledger.find(page));
      } else {
        return { ...state, reading: { ...state.reading, count } };
      }
    }
  }

  #note(page: string, { tally, epoch, raise }: AddReply & { outcome: "counted" }): Dealt {
    this.#counted.note(page, epoch, tally.count);
    // Failing costs nothing: the hit that finds the page without numbers asks again, and waits.
    if (raise !== undefined) this.#reservations.raise(page, raise).catch(() => undefined);
    return tally;
  }

  /** Sends again what may have been counted already: its fence makes it count once. */
  async #sendUntilAnswered(send: () => Promise<AddReply>): Promise<AddReply> {
    const untilMs = this.#now() + RESEND_MS;
    let mayHaveRun = false;
    for (const pauseMs of RESEND_PAUSES_MS) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        mayHaveRun ||= error.mayHaveRun;
        if (!mayHaveRun || this.#now() + pauseMs >= untilMs) throw error;
      }
      await delay(pauseMs);
    }
    return send();
  }
}

/** The seconds with hits, of those that end with `to`. */
function bucketsOf(to: number, counts: readonly number[]): Bucket[] {
  const from = to - counts.length + 1;
  const buckets = counts.map((count, index) => ({ second: from + index, count }));
  return buckets.filter(({ count }) => count > 0);
}

/** @param wait 1 for the first one */
function pauseMs(wait: number): number | undefined {
  return WAIT_PAUSES_MS[wait - 1] ?? WAIT_PAUSES_MS.at(-1);
}
