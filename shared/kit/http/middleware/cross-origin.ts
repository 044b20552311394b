import cors from "@koa/cors";
import type { Middleware } from "koa";
import { isAllowedOrigin } from "../request/origin.ts";
import type { FindResource } from "./resources.ts";

/** What a page may read of an answer, beside the few headers that every page may. */
const EXPOSED_HEADERS = [
  "age",
  "allow",
  "deprecation",
  "etag",
  "link",
  "location",
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "www-authenticate",
  "x-cache",
  "x-request-id",
];

/**
 * Lets pages of other origins read the answers. It has no credentials to share: what asks for a key
 * or a token takes it in a header, and no service has cookies.
 *
 * @param origins whose pages may call everything; `*` opens what is public to any origin
 */
export function crossOrigin(origins: readonly string[], find: FindResource): Middleware {
  const answer = cors({
    origin(ctx) {
      const origin = ctx.get("origin");
      const method = ctx.get("access-control-request-method") || ctx.method;
      const route = find(ctx.path)?.endpoints.get(method)?.route;
      if (!isAllowedOrigin(origins, { origin, method, route })) return "";
      return origins.includes(origin) ? origin : "*";
    },
    allowMethods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  });
  return function crossOrigin(ctx, next) {
    if (ctx.req.headers.origin !== undefined) return answer(ctx, next) as Promise<unknown>;
    // A cache must not give a page of another origin what was answered to who has none.
    if (ctx.method === "GET") ctx.vary("Origin");
    return next();
  };
}
