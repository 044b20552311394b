import { MINUTE_BUCKETS, type Tally } from "../counter.ts";
import { type Bucket, spanAt, SPAN_SECONDS, SPANS, spansOf } from "../spans.ts";
import { type Item, numberIn } from "./item.ts";

/** Seconds are kept a little longer than they count, for clocks that differ; so are spans. */
const KEPT_SECONDS = MINUTE_BUCKETS + 10;
const KEPT_SPANS = SPANS + 1;

/** The tally of an item as of a time, by its one-second buckets. */
export function tallyOf(item: Item, count: number, nowMs: number): Tally {
  const second = Math.floor(nowMs / 1_000);
  const minute = secondsOf(item).filter(
    (bucket) => bucket.second <= second && bucket.second > second - MINUTE_BUCKETS,
  );
  return { count, lastMinute: minute.reduce((sum, bucket) => sum + bucket.count, 0), second };
}

/** Hits of each span; of the last minute at least those that its seconds have. */
export function spansIn(item: Item, second: number): number[] {
  const fromSeconds = spansOf(secondsOf(item), second);
  const oldest = spanAt(second) - SPANS + 1;
  return fromSeconds.map((count, index) =>
    Math.max(count, numberIn(item, spanName(oldest + index)) ?? 0),
  );
}

/** The attributes that hits of a second are added to. Short names: they are most of the item. */
export function bucketNames(second: number): readonly [second: string, span: string] {
  return [`s${second.toString(36)}`, spanName(spanAt(second))];
}

/** Attributes that no longer count at that second. */
export function staleBuckets(item: Item, second: number): string[] {
  return [
    ...secondsOf(item)
      .filter((bucket) => bucket.second < second - KEPT_SECONDS)
      .map((bucket) => bucketNames(bucket.second)[0]),
    ...placesOf(item, "t")
      .filter((span) => span < spanAt(second) - KEPT_SPANS)
      .map(spanName),
  ];
}

/** All attributes that may count, of any instance, a second about that time. */
export function everyBucket(second: number): string[] {
  const last = second + SPAN_SECONDS;
  const seconds = Array.from({ length: KEPT_SECONDS }, (_, back) => bucketNames(last - back)[0]);
  const spans = Array.from({ length: KEPT_SPANS }, (_, back) => spanName(spanAt(last) - back));
  return [...seconds, ...spans];
}

export function secondsOf(item: Item): Bucket[] {
  return placesOf(item, "s").map((second) => ({
    second,
    count: numberIn(item, bucketNames(second)[0]) ?? 0,
  }));
}

function spanName(span: number): string {
  return `t${span.toString(36)}`;
}

function placesOf(item: Item, kind: "s" | "t"): number[] {
  return Object.keys(item)
    .filter((name) => name.startsWith(kind) && /^.[\da-z]{6}$/.test(name))
    .map((name) => Number.parseInt(name.slice(1), 36));
}
