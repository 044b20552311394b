import { setTimeout as delay } from "node:timers/promises";
import { ClientOfflineError } from "redis";
import type { Redis } from "../../../shared/kit/redis.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import type { CounterStore, HitBatch, History, Reading, Tally } from "../counter.ts";
import type { Epoch, Ledger, Sealed } from "../ledger.ts";
import { type Limits, Reservations } from "./reservations.ts";
import { ADD, BUSY, EXTEND, HISTORY, OK, RAISE, READ, runScript, SEAL, START } from "./scripts.ts";

/**
 * How often a batch is sent again when its reply was lost, and after which pause. Long enough for a
 * busy machine to connect again: a batch that is given up leaves a gap.
 */
const RETRY_PAUSES_MS = [25, 50, 100, 200, 400, 800];
/** A Redis that takes connections and does not answer costs its timeout each time: no more of that. */
const RETRY_MS = 1_000;
/** A page that asks for numbers this often in a row is fought over by instances that are unwell. */
const MAX_ROUNDS = 8;

export interface RedisStoreOptions {
  redis: Redis;
  ledger: Ledger;
  /** This process's name in the fences; never used by another process, nor again. */
  writer: string;
  /** Milliseconds since the epoch; paces the reservations. Hits are timed by Redis' own clock. */
  now: () => number;
  /** Told of every script that is sent. */
  onCall?: () => void;
}

/** A total to be rolled up. */
interface Touched {
  epoch: number;
  count: number;
  asOfMs: number;
}

/** Counts in Redis, and only with numbers that the ledger has promised before. */
export class RedisStore implements CounterStore {
  readonly #options: RedisStoreOptions;
  readonly #reservations: Reservations;
  readonly #touched = new Map<string, Touched>();
  #batches = 0;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    const { ledger, now } = options;
    const limits: Limits = {
      start: (page, epoch) => this.#start(page, epoch),
      extend: (page, epoch, to) => this.#extend(page, epoch, to),
      seal: (page, idleSeconds) => this.#seal(page, idleSeconds),
    };
    this.#reservations = new Reservations({ ledger, limits, now });
  }

  async add(batch: HitBatch): Promise<Tally> {
    const { page, hits, bots, visitors } = batch;
    this.#batches += 1;
    const call = {
      script: ADD,
      keys: [...keysOf(page), `${pageKey(page)}:batch:${this.#options.writer}`],
      arguments: [String(this.#batches), String(hits), String(bots), ...visitors],
    };
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const [outcome, ...reply] = await this.#sendUntilAnswered(() => this.#run(call));
      if (outcome === OK) return this.#counted(page, reply);
      await this.#supply(page, { outcome, reply, needed: hits });
    }
    throw neverSettled();
  }

  async read(page: string): Promise<Reading> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const [outcome, ...reply] = await this.#run({ script: READ, keys: keysOf(page) });
      const [count = 0, lastMinute = 0, second = 0, bots = 0, visitorsToday = 0] = reply;
      if (outcome === OK) return { count, lastMinute, second, bots, visitorsToday };
      // A page that nobody ever opened stays unknown: asking for it must not make it.
      if ((await this.#options.ledger.find(page)) === undefined) return neverOpened(this.#options);
      await this.#reservations.begin(page, 0);
    }
    throw neverSettled();
  }

  async history(page: string, seconds: number): Promise<History> {
    const [, ring] = keysOf(page);
    const [to = 0, ...counts] = await this.#run({
      script: HISTORY,
      keys: [ring],
      arguments: [String(seconds)],
    });
    const from = to - seconds + 1;
    const buckets = counts.map((count, index) => ({ second: from + index, count }));
    return { from, to, buckets: buckets.filter(({ count }) => count > 0) };
  }

  async set(page: string, count: number): Promise<Tally> {
    await this.#reservations.restart(page, count);
    return { ...(await this.read(page)), count };
  }

  /** Writes the totals of the pages that were counted since the last time to the ledger. */
  async rollUp(): Promise<void> {
    const touched = [...this.#touched];
    this.#touched.clear();
    const writes = touched.map(async ([page, total]) => {
      try {
        await this.#options.ledger.rollUp(page, total.epoch, total);
      } catch (error) {
        if (!this.#touched.has(page)) this.#touched.set(page, total);
        throw error;
      }
    });
    const failed = (await Promise.allSettled(writes)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
    await this.#reservations.sealQuiet();
  }

  /** Gives back the numbers that were promised and not dealt; for a process that stops. */
  giveBack(): Promise<void> {
    return this.#reservations.sealAll();
  }

  #counted(page: string, reply: readonly number[]): Tally {
    const [count = 0, lastMinute = 0, second = 0, limit = 0, epoch = 0] = reply;
    this.#touched.set(page, { epoch, count, asOfMs: this.#options.now() });
    this.#reservations.keepAhead(page, { epoch, count, limit });
    return { count, lastMinute, second };
  }

  async #supply(page: string, { outcome, reply, needed }: Refusal): Promise<void> {
    if (outcome !== RAISE) {
      const [epoch, count] = reply;
      const sealed = epoch === undefined || count === undefined ? undefined : { epoch, count };
      return this.#reservations.begin(page, needed, sealed);
    }
    const [count = 0, limit = 0, epoch = 0] = reply;
    return this.#reservations.raise(page, { count, limit, epoch }, needed);
  }

  /** Sends again what may have been counted already: its fence makes it count once. */
  async #sendUntilAnswered(send: () => Promise<number[]>): Promise<number[]> {
    const { now } = this.#options;
    const giveUpAtMs = now() + RETRY_MS;
    for (const pauseMs of RETRY_PAUSES_MS) {
      try {
        return await send();
      } catch (error) {
        const isFirst = pauseMs === RETRY_PAUSES_MS[0];
        if (!(error instanceof StoreUnavailable) || (isFirst && wasNotSent(error))) throw error;
        if (now() >= giveUpAtMs) throw error;
        await delay(pauseMs);
      }
    }
    return send();
  }

  async #start(page: string, { epoch, from, to }: Epoch): Promise<void> {
    const numbers = [epoch, from, to].map(String);
    await this.#run({ script: START, keys: [pageKey(page)], arguments: numbers });
  }

  async #extend(page: string, epoch: number, to: number): Promise<void> {
    const numbers = [epoch, to].map(String);
    await this.#run({ script: EXTEND, keys: [pageKey(page)], arguments: numbers });
  }

  async #seal(page: string, idleSeconds: number): Promise<Sealed | "busy" | undefined> {
    const [outcome, epoch = 0, count = 0] = await this.#run({
      script: SEAL,
      keys: [pageKey(page)],
      arguments: [String(idleSeconds)],
    });
    if (outcome === OK) return { epoch, count };
    return outcome === BUSY ? "busy" : undefined;
  }

  #run(call: Parameters<typeof runScript>[1]): Promise<number[]> {
    this.#options.onCall?.();
    return runScript(this.#options.redis, call);
  }
}

interface Refusal {
  outcome: number | undefined;
  reply: readonly number[];
  needed: number;
}

/** One hash slot a page: its keys can be named by one script in a cluster, too. */
function pageKey(page: string): string {
  return `counter:v1:{${page}}`;
}

function keysOf(page: string): [string, string, string] {
  const key = pageKey(page);
  return [key, `${key}:seconds`, `${key}:visitors`];
}

/** Redis was away before the attempt, so nothing can have been counted: no need to ask again. */
function wasNotSent({ cause }: StoreUnavailable): boolean {
  return cause instanceof ClientOfflineError;
}

function neverOpened({ now }: RedisStoreOptions): Reading {
  const second = Math.floor(now() / 1_000);
  return { count: 0, lastMinute: 0, second, bots: 0, visitorsToday: 0 };
}

function neverSettled(): StoreUnavailable {
  return new StoreUnavailable("redis", new Error(`no numbers after ${MAX_ROUNDS} rounds`));
}
