import { Counter, type CounterStore } from "../../counter.ts";
import { Pages } from "../../redis/pages.ts";
import { RedisStore } from "../../redis/redis-store.ts";
import type { CounterRedis } from "../../redis/scripts.ts";
import { createHotItem } from "./hot-item.ts";
import { createLedger } from "./ledger.ts";
import { Primary } from "./primary.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** What is simulated: one page, hit through many instances. */
export interface Scenario {
  store: "redis" | "dynamodb";
  hitsPerSecond: number;
  instances: number;
  /** Of the link to the store. */
  roundTripUs: number;
  /** Redis: processor time of a call at the primary. */
  serviceUs: number;
  /** DynamoDB: updates that one item takes in a second. */
  updatesPerSecond: number;
}

export interface Outcome {
  hitsPerSecond: number;
  instances: number;
  callsPerSecond: number;
  /** Of the calls, how many were throttled. */
  throttledShare: number;
  hitsPerCall: number;
  p50Ms: number;
  p99Ms: number;
  /** Hits that were not counted, and numbers that came twice: both must be 0. */
  failed: number;
  twice: number;
}

/** Steps of the clock in a round trip. */
const TICKS = 50;
/** Virtual time that is not measured: batches have to find their size first. */
const WARM_UP_US = 500_000;

/** The page under a steady, random load, for so many virtual seconds after the warm-up. */
export async function simulate(
  scenario: Scenario,
  { redis, seconds, page }: { redis: CounterRedis; seconds: number; page: string },
): Promise<Outcome> {
  const clock = new VirtualClock(scenario.roundTripUs / TICKS);
  const random = seeded(scenario.hitsPerSecond);
  const world = scenario.store === "redis" ? redisWorld : itemWorld;
  const { stores, tallies } = await world(scenario, { clock, redis, page, random });
  const counters = stores.map(
    (store) => new Counter({ store, onHit: () => undefined, onBatch: () => undefined }),
  );
  const numbers: number[] = [];
  const waitedUs: number[] = [];
  let failed = 0;
  let turn = 0;
  let nextUs = 0;
  const hit = () => {
    const sentUs = clock.nowUs;
    turn += 1;
    const visitor = { address: `10.0.0.${turn % 10_000}`, userAgent: "simulated", isBot: false };
    counters[Math.floor(random() * counters.length)]?.hit(page, visitor).then(
      ({ number }) => {
        numbers.push(number);
        if (sentUs >= WARM_UP_US) waitedUs.push(clock.nowUs - sentUs);
      },
      () => (failed += 1),
    );
  };
  const arrive = () => {
    for (
      ;
      nextUs <= clock.nowUs;
      nextUs += (-Math.log(1 - random()) * 1e6) / scenario.hitsPerSecond
    )
      hit();
  };
  await clock.run(WARM_UP_US, arrive);
  const before = { ...tallies(), counted: numbers.length };
  await clock.run(WARM_UP_US + seconds * 1e6, arrive);
  const after = tallies();
  const calls = after.calls - before.calls;
  const sorted = waitedUs.toSorted((a, b) => a - b);
  const quantileMs = (share: number) => (sorted[Math.floor(share * sorted.length)] ?? 0) / 1_000;
  return {
    hitsPerSecond: scenario.hitsPerSecond,
    instances: scenario.instances,
    callsPerSecond: Math.round(calls / seconds),
    throttledShare: (after.throttled - before.throttled) / Math.max(calls, 1),
    hitsPerCall: (numbers.length - before.counted) / Math.max(calls, 1),
    p50Ms: quantileMs(0.5),
    p99Ms: quantileMs(0.99),
    failed,
    twice: numbers.length - new Set(numbers).size,
  };
}

interface World {
  stores: readonly CounterStore[];
  tallies: () => { calls: number; throttled: number };
}

interface WorldOptions {
  clock: VirtualClock;
  redis: CounterRedis;
  page: string;
  random: () => number;
}

async function redisWorld(
  scenario: Scenario,
  { clock, redis, page }: WorldOptions,
): Promise<World> {
  const primary = new Primary(redis, { clock, ...scenario });
  // The page has begun: how an epoch begins is no matter of load.
  const epoch = { epoch: 1, from: 0, to: 1_000 };
  await new Pages({ redis, writer: "starter" }).start(page, epoch);
  const ledger = createLedger(clock, { page, ...epoch });
  const stores = Array.from({ length: scenario.instances }, (_, index) => {
    const pages = new Pages({ redis: primary.redis, writer: `${page}n${index}` });
    return new RedisStore({ pages, ledger, now: () => clock.nowUs / 1_000 });
  });
  return { stores, tallies: () => ({ calls: primary.calls, throttled: 0 }) };
}

function itemWorld(scenario: Scenario, { clock, random }: WorldOptions): Promise<World> {
  const item = createHotItem(scenario, clock);
  const stores = Array.from({ length: scenario.instances }, () => item.open(random));
  return Promise.resolve({ stores, tallies: item.tallies });
}

/** The same numbers for the same scenario (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
