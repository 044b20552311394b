/** The last ten minutes are this many spans of ten seconds by the clock, the running one included. */
export const SPANS = 60;
export const SPAN_SECONDS = 10;

/** Hits of one second since the epoch. */
export interface Bucket {
  second: number;
  count: number;
}

/** Hits by the second. */
export interface History {
  /** First and last bucket, in seconds since the epoch; both included. */
  from: number;
  to: number;
  /** Buckets with hits, oldest first. */
  buckets: readonly Bucket[];
}

/** Number of the span that a second lies in. */
export function spanAt(second: number): number {
  return Math.floor(second / SPAN_SECONDS);
}

/** Hits of each span up to that second, oldest first; later buckets are left out. */
export function spansOf(buckets: readonly Bucket[], second: number): number[] {
  const spans = Array.from({ length: SPANS }, () => 0);
  const oldest = spanAt(second) - SPANS + 1;
  for (const bucket of buckets) {
    const index = spanAt(bucket.second) - oldest;
    if (index in spans && bucket.second <= second) {
      spans[index] = (spans[index] ?? 0) + bucket.count;
    }
  }
  return spans;
}
