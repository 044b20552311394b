import type { Context } from "koa";
import { problems } from "../../../shared/kit/http/problem.ts";
import { CountExhausted, type Counted, type Counter, KeyReused, type Opening } from "../counter.ts";
import type { NewPages } from "./new-pages.ts";
import { countExhausted, hitProblems, keyReused, tooManyNewPages } from "./problems.ts";
import { keyOfCaller, visitorOf } from "./visitors/visitor.ts";

export interface OpeningOptions {
  counter: Counter;
  newPages: NewPages;
  /** Proxies in front that append to `x-forwarded-for`. */
  trustedHops: number;
}

export const whoCounts =
  "Known bots, by their `user-agent`, are counted apart; what a browser fetches ahead is not counted.";

/** A wrong `x-forwarded-for` is invalid input. */
export const openProblems = [
  problems.invalid,
  problems.storeUnavailable,
  ...Object.values(hitProblems),
];

/** What a request opens; the key is the client's, of a hit that may be sent again. */
export interface Asked {
  page: string;
  key?: string | undefined;
}

/** Counts this opening; one that never counts is answered with the count as it is. */
export async function open(ctx: Context, asked: Asked, options: OpeningOptions): Promise<Counted> {
  const { page, key } = asked;
  const visitor = visitorOf(ctx, options.trustedHops);
  if (visitor === undefined) return look(ctx, asked, options);
  const once = key === undefined ? undefined : keyOfCaller(key, visitor.address);
  return count(page, once === undefined ? visitor : { ...visitor, key: once }, options);
}

/** The count as it is, in place of a hit. */
export async function look(_ctx: Context, asked: Asked, options: OpeningOptions): Promise<Counted> {
  const tally = await options.counter.read(asked.page);
  return { number: tally.count, isHit: false, tally };
}

async function count(page: string, opening: Opening, options: OpeningOptions): Promise<Counted> {
  const { counter, newPages } = options;
  const seconds = await newPages.secondsUntilAllowed(page, opening.address);
  if (seconds !== undefined) throw tooManyNewPages(page, seconds);
  try {
    return await counter.hit(page, opening);
  } catch (error) {
    if (error instanceof KeyReused) throw keyReused("stands for a hit of another page");
    throw error instanceof CountExhausted ? countExhausted(page) : error;
  }
}
