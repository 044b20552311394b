import {
  type Counted,
  MINUTE_BUCKETS,
  type Reading,
  type Snapshot,
  type Tally,
} from "../counter.ts";
import type { DayHistory } from "../days/days.ts";
import type { History } from "../spans.ts";
import type { Estimate, PageTotal } from "../estimates.ts";
import { cursor } from "./schemas.ts";

/** RFC 3339, UTC, whole seconds. */
function timeOf(second: number): string {
  return `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`;
}

/** @param day since the epoch */
function dateOf(day: number): string {
  return timeOf(day * 86_400).slice(0, 10);
}

function windowOf({ second }: Tally) {
  return { from: timeOf(second - MINUTE_BUCKETS + 1), to: timeOf(second) };
}

export function presentReading(page: string, reading: Reading, instance: string) {
  const { count, lastMinute, bots, visitorsToday } = reading;
  return {
    kind: "reading" as const,
    ...presentTally(page, { ...reading, count, lastMinute }, instance),
    bots,
    ...(visitorsToday !== undefined && { visitors_today: visitorsToday }),
  };
}

/** The data of an event, and what the page shows: the numbers of one moment. */
export function presentSnapshot(snapshot: Snapshot, instance: string) {
  const { count, lastMinute, bots, visitorsToday, spans, second } = snapshot;
  return {
    count,
    last_minute: lastMinute,
    last_ten_minutes: spans.reduce((sum, hits) => sum + hits, 0),
    spans,
    bots,
    ...(visitorsToday !== undefined && { visitors_today: visitorsToday }),
    time: timeOf(second),
    instance,
  };
}

export function presentTally(page: string, tally: Tally, instance: string) {
  const { count, lastMinute } = tally;
  return { page, count, last_minute: lastMinute, window: windowOf(tally), instance };
}

export function presentEstimate({ page, count, asOfMs }: Estimate & { page: string }) {
  return { kind: "estimate" as const, page, count, as_of: new Date(asOfMs).toISOString() };
}

export function presentHistory(page: string, { from, to, buckets }: History) {
  const seconds = buckets.map(({ second, count }) => ({ time: timeOf(second), count }));
  return { page, from: timeOf(from), to: timeOf(to), seconds };
}

export function presentDays(page: string, { from, to, days }: DayHistory) {
  const counts = days.map(({ day, views }) => ({ date: dateOf(day), count: views }));
  return { page, from: dateOf(from), to: dateOf(to), days: counts };
}

export interface Listed {
  pages: readonly PageTotal[];
  next?: string | undefined;
}

export function presentList({ pages, next }: Listed) {
  return {
    pages: pages.map((each) => ({ ...presentEstimate(each), href: `/counter/${each.page}` })),
    ...(next !== undefined && { next_cursor: cursor.format(next) }),
  };
}

/**
 * Answers hits as JSON text.
 *
 * The hits of a batch differ in their numbers only, so the rest is put in words once a batch.
 */
export function createHitPresenter(instance: string) {
  const tails = new WeakMap<Tally, string>();
  return function presentHit(page: string, { number, tally }: Counted): string {
    let tail = tails.get(tally);
    if (tail === undefined) {
      tail = JSON.stringify({
        last_minute: tally.lastMinute,
        window: windowOf(tally),
        instance,
      }).slice(1);
      tails.set(tally, tail);
    }
    // A page's name needs no escaping: see PAGE_NAME.
    return `{"page":"${page}","count":${number},${tail}`;
  };
}
