import type { Context, Middleware } from "koa";
import type { Log } from "../log.ts";
import { requestIdOf } from "./request-id.ts";

export interface AccessLogOptions {
  /** `all` logs every request; `problems` only the failed and the slow ones. */
  accessLog: "all" | "problems";
  /** A request that takes longer counts as slow, in milliseconds. */
  slowRequestMs: number;
}

/** Logs requests after they are answered; a failure's cause is logged where it is caught. */
export function accessLog(log: Log, options: AccessLogOptions): Middleware {
  return async function accessLog(ctx, next) {
    const startedMs = performance.now();
    await next();
    const durationMs = performance.now() - startedMs;
    if (durationMs > options.slowRequestMs) log.warn(describe(ctx, durationMs), "slow request");
    else if (options.accessLog === "all") log.info(describe(ctx, durationMs), "request");
  };
}

function describe(ctx: Context, durationMs: number) {
  return {
    request_id: requestIdOf(ctx),
    trace_id: ctx.get("x-amzn-trace-id") || undefined,
    method: ctx.method,
    path: ctx.path,
    status: ctx.status,
    duration_ms: Math.round(durationMs),
  };
}
