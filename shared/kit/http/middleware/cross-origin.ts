import cors from "@koa/cors";
import type { Context, Middleware } from "koa";

const READS = new Set(["GET", "HEAD"]);

/**
 * Lets browsers call from other origins.
 *
 * @param origins who may call with every method; `*` lets any origin read
 */
export function crossOrigin(origins: readonly string[]): Middleware {
  const answer = cors({
    origin: (ctx) => allowedOrigin(ctx, origins),
    allowMethods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    exposeHeaders: ["etag", "location", "retry-after", "x-cache", "x-request-id"],
    maxAge: 600,
  });
  return function crossOrigin(ctx, next) {
    // A write that no browser page sent asks nothing of CORS.
    if (ctx.req.headers.origin === undefined && !READS.has(ctx.method)) return next();
    return answer(ctx, next) as Promise<unknown>;
  };
}

function allowedOrigin(ctx: Context, origins: readonly string[]): string {
  const origin = ctx.get("origin");
  if (origins.includes(origin)) return origin;
  const wanted = ctx.get("access-control-request-method") || ctx.method;
  return origins.includes("*") && READS.has(wanted) ? "*" : "";
}
