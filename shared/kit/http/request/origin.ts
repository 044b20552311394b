import type { Context } from "koa";
import { Problem, problems } from "../problem.ts";
import { quote } from "./quote.ts";

const READS = new Set(["GET", "HEAD"]);

/** Refuses a request, or lets it pass by returning. */
export type OriginCheck = (ctx: Context) => void;

/** Whether a page of this origin may call: one that is named always, with `*` any that reads. */
export function isAllowedOrigin(
  origins: readonly string[],
  { origin, method }: { origin: string; method: string },
): boolean {
  return origins.includes(origin) || (origins.includes("*") && READS.has(method));
}

/**
 * Refuses what a page of another origin sends, unless the origin is allowed.
 *
 * CORS only keeps such a page from reading the answer, after the request has done its work. What
 * tells where a request comes from are `Origin` and, where the browser leaves that out,
 * `Sec-Fetch-Site`; other clients send neither and pass.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function createOriginCheck(origins: readonly string[]): OriginCheck {
  return function checkOrigin(ctx) {
    const { origin, "sec-fetch-site": site } = ctx.req.headers;
    const isForeign =
      origin === undefined ? site === "cross-site" || site === "same-site" : !isOwn(ctx, origin);
    if (!isForeign || isAllowedOrigin(origins, { origin: origin ?? "", method: ctx.method }))
      return;
    const received = origin === undefined ? "another site" : quote(origin);
    throw new Problem(problems.foreignOrigin, {
      detail:
        `Expected a request from a page of this origin, received one from ${received}. ` +
        "An operator can name the origin in CORS_ORIGINS.",
    });
  };
}

function isOwn(ctx: Context, origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === ctx.host;
}
