import { type Dealt, type HitBatch, MINUTE_BUCKETS, type Reading } from "../counter.ts";
import type { EndedEpoch, Epoch } from "../ledger.ts";
import { beginKey, claimKey, fenceKey, keysOf, pageKey, receiptKey } from "./keys.ts";
import {
  BEGIN,
  type CounterRedis,
  type counterScripts,
  DONE,
  KEY_SECONDS,
  RAISE,
  WAIT,
} from "./scripts.ts";

/** Numbers that a page asks for: its epoch reaches up to `from`, and should reach `to`. */
export type Raise = Epoch;

/** What became of a batch. */
export type AddReply =
  | { outcome: "counted"; tally: Dealt; epoch: number; raise: Raise | undefined }
  | { outcome: "raise"; raise: Raise }
  | { outcome: "begin" | "wait" | "full" };

export interface PageState {
  /** False when the count is the ledger's to tell. */
  isKnown: boolean;
  /** True while somebody begins or ends an epoch: the ledger's count is about to change. */
  isChanging: boolean;
  reading: Reading;
  /** Hits of each second up to the reading's, oldest first. */
  counts: readonly number[];
}

export interface EndOptions {
  /** Undefined for any. */
  epoch?: number;
  idleSeconds?: number;
  /** True keeps the others from beginning an epoch even where this ended none. */
  isKept?: boolean;
}

export interface RemoveOptions {
  /** True does not wait for who begins or ends an epoch of the page. */
  isForced: boolean;
}

export interface PagesOptions {
  redis: CounterRedis;
  /** This process's name in fences and elections; never used by another process, nor again. */
  writer: string;
  /** Called for every script that is sent. */
  onCall?: (() => void) | undefined;
}

/** The pages in Redis, one script a verb. Every verb rejects as `Redis.run` does. */
export class Pages {
  readonly #options: PagesOptions;
  /**
   * Stands in the election while a page is ended, set or removed: nobody begins an epoch meanwhile.
   * Each process has its own, so that none takes another's away.
   */
  readonly #keeper: string;
  #batches = 0;

  constructor(options: PagesOptions) {
    this.#options = options;
    this.#keeper = `keeper ${options.writer}`;
  }

  /** @returns a call that may be sent again: it counts once */
  add({ page, hits, keys: given = [], bots, visitors }: HitBatch): () => Promise<AddReply> {
    const { writer } = this.#options;
    this.#batches += 1;
    const receipts = given.map((key) => receiptKey(page, key));
    const keys = [...keysOf(page), fenceKey(page, writer), beginKey(page), ...receipts];
    const numbers = [this.#batches, hits, bots].map(String);
    return async () =>
      toAddReply(await this.#run("addHits", keys, writer, ...numbers, ...visitors));
  }

  /** The page that a key stands for: this one where it is new. */
  async claim(key: string, page: string): Promise<string> {
    this.#options.onCall?.();
    const expiration = { type: "EX", value: KEY_SECONDS } as const;
    const options = { condition: "NX", GET: true, expiration } as const;
    const claimed = claimKey(key);
    const known = await this.#options.redis.run((client) => client.set(claimed, page, options), {
      key: claimed,
    });
    return known ?? page;
  }

  /** @param seconds how many one-second buckets to read, at least those of the last minute */
  async read(page: string, seconds = MINUTE_BUCKETS): Promise<PageState> {
    const keys = [...keysOf(page), beginKey(page)];
    const reply = await this.#run("readPage", keys, String(seconds));
    const [outcome, count = 0, second = 0, bots = 0, visitorsToday = 0, ...counts] = reply;
    const lastMinute = sum(counts.slice(-MINUTE_BUCKETS));
    const reading = { count, lastMinute, second, bots, visitorsToday };
    return { isKnown: outcome === DONE, isChanging: outcome === WAIT, reading, counts };
  }

  /** Begins an epoch; does nothing when a later one has begun. Must never be called twice for one. */
  async start(page: string, { epoch, from, to }: Epoch): Promise<void> {
    await this.#run(
      "startEpoch",
      [pageKey(page), beginKey(page), keysOf(page)[1]],
      ...[epoch, from, to].map(String),
    );
  }

  /** Lets an epoch give numbers up to `to`; does nothing when the page is in another one. */
  async extend(page: string, epoch: number, to: number): Promise<void> {
    await this.#run("extendEpoch", [pageKey(page)], String(epoch), String(to));
  }

  /**
   * Ends the page's epoch: it gives no more numbers, and nobody begins another one until `release`,
   * a start, or two seconds.
   *
   * @returns undefined, and nothing is done, when the page is in no epoch, in another one than
   *   `epoch`, or was counted in the last `idleSeconds`
   */
  async end(page: string, options: EndOptions = {}): Promise<EndedEpoch | undefined> {
    const { epoch = "", idleSeconds = 0, isKept = false } = options;
    const keeps = isKept ? "always" : "ended";
    const args = [String(epoch), String(idleSeconds), this.#keeper, keeps];
    const reply = await this.#run("endEpoch", [pageKey(page), beginKey(page)], ...args);
    const [outcome, ended = 0, count = 0] = reply;
    return outcome === DONE ? { epoch: ended, count } : undefined;
  }

  /**
   * Forgets the page and its history; nobody begins an epoch until `release`, or two seconds.
   *
   * @returns false, and nothing is done, while somebody begins or ends an epoch, unless forced
   */
  async remove(page: string, { isForced }: RemoveOptions): Promise<boolean> {
    const args = [this.#keeper, isForced ? "0" : "1"];
    const [outcome] = await this.#run("removePage", [...keysOf(page), beginKey(page)], ...args);
    return outcome === DONE;
  }

  /** Lets others begin an epoch again. */
  async release(page: string): Promise<void> {
    await this.#run("yieldBegin", [beginKey(page)], this.#keeper);
  }

  /** Ends this process's election: another one may begin the page's epoch. */
  async yield(page: string): Promise<void> {
    await this.#run("yieldBegin", [beginKey(page)], this.#options.writer);
  }

  #run(script: keyof typeof counterScripts, keys: string[], ...args: string[]): Promise<number[]> {
    this.#options.onCall?.();
    return this.#options.redis.run((client) => client[script](keys, args), { key: keys[0] });
  }
}

function toAddReply([outcome, ...reply]: readonly number[]): AddReply {
  switch (outcome) {
    case DONE:
      return toCounted(reply);
    case RAISE:
      return { outcome: "raise", raise: toRaise(reply.slice(1)) };
    case BEGIN:
      return { outcome: "begin" };
    case WAIT:
      return { outcome: "wait" };
    default:
      return { outcome: "full" };
  }
}

function toCounted([count = 0, lastMinute = 0, second = 0, ...rest]: number[]): AddReply {
  const raise = toRaise(rest);
  const [, , , ...receipts] = rest;
  const keyed = Array.from({ length: receipts.length / 2 }, (_, index) => ({
    number: receipts[2 * index] ?? 0,
    isNew: receipts[2 * index + 1] === 1,
  }));
  const tally = { count, lastMinute, second, ...(keyed.length > 0 && { keyed }) };
  return { outcome: "counted", tally, epoch: raise.epoch, raise: raise.to > 0 ? raise : undefined };
}

function toRaise([epoch = 0, from = 0, to = 0]: number[]): Raise {
  return { epoch, from, to };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
