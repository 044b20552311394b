import { StoreUnavailable } from "../../../../shared/kit/store-unavailable.ts";
import type { CounterStore, HitBatch } from "../../counter.ts";
import { Pacer } from "../../resilience/pacer.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** How long DynamoDB lets an item save up what it did not use: assumed to be a second's worth. */
const BURST_SECONDS = 1;
/** As the item store sends a throttled batch. */
const MAX_SENDINGS = 10;

export interface HotItemOptions {
  roundTripUs: number;
  updatesPerSecond: number;
}

/**
 * One item of DynamoDB as its limit alone shapes it: a bucket of updates. The pace of the instances
 * is the real one; the SDK's own second attempt is left out.
 */
export function createHotItem(
  { roundTripUs, updatesPerSecond }: HotItemOptions,
  clock: VirtualClock,
) {
  let counted = 0;
  let calls = 0;
  let throttled = 0;
  let left = 0;
  let filledUs = 0;

  async function update(hits: number): Promise<number> {
    calls += 1;
    await clock.until(clock.nowUs + roundTripUs / 2);
    const most = BURST_SECONDS * updatesPerSecond;
    left = Math.min(most, left + ((clock.nowUs - filledUs) * updatesPerSecond) / 1e6);
    filledUs = clock.nowUs;
    const isTaken = left >= 1;
    if (isTaken) {
      left -= 1;
      counted += hits;
    } else throttled += 1;
    const count = counted;
    await clock.until(clock.nowUs + roundTripUs / 2);
    if (isTaken) return count;
    const refusal = { reason: "throttled", mayHaveRun: false } as const;
    throw new StoreUnavailable("dynamodb", undefined, refusal);
  }

  function open(random: () => number): CounterStore {
    const wait = (ms: number) => clock.until(clock.nowUs + 1_000 * ms);
    const pacer = new Pacer({ random, wait });
    const add = async ({ page, hits }: HitBatch) => {
      for (let sendings = 1; ; sendings += 1) {
        await pacer.turn(page);
        try {
          const count = await update(hits);
          pacer.taken(page);
          return { count, lastMinute: 0, second: 0 };
        } catch (error) {
          pacer.throttled(page);
          if (sendings >= MAX_SENDINGS) throw error;
        }
      }
    };
    const unused = () => Promise.reject(new Error("not simulated"));
    const others = {
      pageOf: unused,
      snapshot: unused,
      read: unused,
      history: unused,
      set: unused,
      remove: unused,
    };
    return { name: "dynamodb", add, ...others };
  }

  return { open, tallies: () => ({ calls, throttled }) };
}
