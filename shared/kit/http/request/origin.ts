import type { Context } from "koa";
import { Problem, problems } from "../problem.ts";
import type { Route } from "../route.ts";
import { quote } from "./quote.ts";

const READS = new Set(["GET", "HEAD"]);

/** Refuses a request, or lets it pass by returning. */
export type OriginCheck = (ctx: Context, route: Route) => void;

/** What a page asks for: `route` is undefined where the path or the method has none. */
export interface Call {
  origin: string;
  method: string;
  route: Route | undefined;
}

/** Whether a page may call: one of a named origin everything, with `*` any page what is public. */
export function isAllowedOrigin(origins: readonly string[], call: Call): boolean {
  return origins.includes(call.origin) || (origins.includes("*") && isPublic(call));
}

/** Reads, but not those of a user, and the writes that say so. */
function isPublic({ method, route }: Call): boolean {
  return route?.anyOrigin ?? (READS.has(method) && route?.userToken !== "always");
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
  return function checkOrigin(ctx, route) {
    const { origin, "sec-fetch-site": site } = ctx.req.headers;
    const isForeign =
      origin === undefined ? site === "cross-site" || site === "same-site" : !isOwn(ctx, origin);
    const { method } = ctx;
    if (!isForeign || isAllowedOrigin(origins, { origin: origin ?? "", method, route })) return;
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
