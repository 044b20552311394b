import type { Context } from "koa";
import { Problem, problems } from "../problem.ts";
import { clientAddressOf, peerAddressOf } from "../request/client-address.ts";
import { Allowances } from "./allowances.ts";

/** Requests are limited by what they cost. */
export const costs = ["reads", "writes", "expensive"] as const;

export type Cost = (typeof costs)[number];

export interface RateLimitOptions {
  /** Requests of one address in a minute, by what they cost; 0 for no limit. */
  rateLimits: Readonly<Record<Cost, number>>;
  /** Proxies in front that append to `x-forwarded-for`. */
  trustedHops: number;
  /** Milliseconds since any fixed instant. */
  now: () => number;
}

/** Refuses a request, or lets it pass by returning. */
export type RateCheck = (ctx: Context, cost: Cost) => void;

/**
 * Limits how often one address may ask this process, and says on every answer how often it still
 * may. What comes past the load balancer, without `x-forwarded-for`, is a health check or
 * Prometheus, and is not limited.
 *
 * @throws Problem 429 (the check) when the address has nothing left
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function createRateCheck({ rateLimits, trustedHops, now }: RateLimitOptions): RateCheck {
  const [reads, writes, expensive] = costs.map((cost) =>
    rateLimits[cost] === 0 ? undefined : new Allowances({ perMinute: rateLimits[cost], now }),
  );
  const limits: Record<Cost, Allowances | undefined> = { reads, writes, expensive };
  return function checkRate(ctx, cost) {
    const allowances = limits[cost];
    if (allowances === undefined) return;
    const address = addressOf(ctx, trustedHops);
    if (address === undefined) return;
    const { perMinute } = allowances;
    const left = allowances.take(address);
    const resetSeconds = allowances.secondsFor(perMinute - Math.max(left, 0));
    ctx.res.setHeader("ratelimit-policy", `"${cost}";q=${perMinute};w=60`);
    ctx.res.setHeader(
      "ratelimit",
      `"${cost}";r=${Math.max(0, Math.floor(left))};t=${resetSeconds}`,
    );
    if (left < 0) throw tooManyRequests(cost, allowances.secondsFor(-left));
  };
}

/** A header that names nobody must not be a way around the limit: then the peer is the caller. */
function addressOf(ctx: Context, trustedHops: number): string | undefined {
  try {
    return clientAddressOf(ctx.req, trustedHops);
  } catch {
    return peerAddressOf(ctx.req);
  }
}

function tooManyRequests(cost: Cost, seconds: number): Problem {
  return new Problem(problems.tooManyRequests, {
    detail:
      `Expected fewer requests of your address (${cost}); \`RateLimit-Policy\` says how many. ` +
      `Try again in ${seconds} s.`,
    headers: { "retry-after": String(seconds) },
  });
}
