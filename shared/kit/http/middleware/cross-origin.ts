import cors from "@koa/cors";
import type { Middleware } from "koa";
import { isAllowedOrigin } from "../request/origin.ts";

/** What a page may read of an answer, beside the few headers that every page may. */
const EXPOSED_HEADERS = [
  "age",
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
 * Lets browsers call from other origins.
 *
 * @param origins who may call with every method; `*` lets any origin read
 */
export function crossOrigin(origins: readonly string[]): Middleware {
  const answer = cors({
    origin(ctx) {
      const origin = ctx.get("origin");
      const method = ctx.get("access-control-request-method") || ctx.method;
      if (!isAllowedOrigin(origins, { origin, method })) return "";
      return origins.includes(origin) ? origin : "*";
    },
    allowMethods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  });
  return function crossOrigin(ctx, next) {
    // A write that no browser page sent asks nothing of CORS.
    if (ctx.req.headers.origin === undefined && ctx.method !== "GET" && ctx.method !== "HEAD") {
      return next();
    }
    return answer(ctx, next) as Promise<unknown>;
  };
}
