import type { Log } from "../../../shared/kit/process/log.ts";
import type { CounterStore } from "../counter.ts";
import type { Ledger } from "../ledger.ts";
import { startRollUp } from "../roll-up/roll-up.ts";
import type { CountedPages } from "./counted-pages.ts";
import { Pages, type PagesOptions } from "./pages.ts";
import { RedisStore } from "./redis-store.ts";

/**
 * How long a stopping process goes on rolling up and giving back, beside the calls under way: those
 * take two seconds more at most, and the whole must fit in its part of the stop.
 */
const STOP_MS = 3_000;

/** A store that counts, and what the process asks of it beside. */
export interface Counting {
  store: CounterStore;
  readiness: Record<string, () => Promise<unknown>>;
  /** Writes what is left to write, and closes the connection; bounded in time, and never rejects. */
  close?(): Promise<void>;
}

export interface CountInRedisOptions extends PagesOptions {
  ledger: Ledger;
  /** Runs each roll-up, and what depends on it. Default: the roll-up alone. */
  onRollUp?: (rollUp: () => Promise<void>) => Promise<void>;
  /** Milliseconds since the epoch. */
  now: () => number;
  log: Log;
  /** Called when Redis lost a page, with how many of its numbers are skipped at most. */
  onGap: (numbers: number) => void;
}

/** Counts in Redis, and rolls the counts up in the background. */
export function countInRedis(args: CountInRedisOptions): Counting {
  const { ledger, now, log, onGap, onRollUp = alone, ...options } = args;
  const { redis } = options;
  const store = new RedisStore({
    ...{ pages: new Pages(options), ledger, now },
    onGap(numbers) {
      log.warn({ numbers }, "numbers may be missing");
      onGap(numbers);
    },
  });
  const rollUpNow = (signal: AbortSignal) => onRollUp(() => store.counted.rollUp(signal));
  const rollUp = startRollUp(rollUpNow, log);
  return {
    store,
    readiness: { redis: () => redis.check() },
    async close() {
      const signal = AbortSignal.timeout(STOP_MS);
      await rollUp.stop();
      await finish(store.counted, signal, log);
      await redis.close();
    },
  };
}

const alone = (rollUp: () => Promise<void>) => rollUp();

/** What it cannot write is not lost while Redis keeps its data; it says so all the same. */
async function finish(counted: CountedPages, signal: AbortSignal, log: Log): Promise<void> {
  try {
    await counted.rollUp(signal);
    await counted.endAll(signal);
  } catch (error) {
    const left = { not_rolled_up: counted.notRolledUp, not_given_back: counted.size };
    log.error({ err: error, ...left }, "stopped without giving every reservation back");
  }
}
