import { MINUTE_BUCKETS, type Tally } from "../counter.ts";
import { type Item, numberIn } from "./item.ts";

/** The tally of an item as of a time, by its one-second buckets. */
export function tallyOf(item: Item, count: number, nowMs: number): Tally {
  const second = Math.floor(nowMs / 1_000);
  const minute = bucketsOf(item).filter(
    (bucket) => bucket.second <= second && bucket.second > second - MINUTE_BUCKETS,
  );
  return { count, lastMinute: minute.reduce((sum, bucket) => sum + bucket.count, 0), second };
}

/** Short names: they are most of the item. */
export function bucketName(second: number): string {
  return `s${second.toString(36)}`;
}

export function bucketsOf(item: Item): { second: number; count: number }[] {
  return Object.keys(item)
    .filter((name) => /^s[\da-z]{6}$/.test(name))
    .map((name) => ({
      second: Number.parseInt(name.slice(1), 36),
      count: numberIn(item, name) ?? 0,
    }));
}
