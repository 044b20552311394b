import type { Context, Middleware } from "koa";
import type { Registry } from "prom-client";
import type { Log } from "../../process/log.ts";
import { matchedPattern } from "./dispatch.ts";
import { isProbe } from "./probes.ts";
import { RequestDurations } from "./request-durations.ts";
import { requestIdOf } from "./request-id.ts";
import { traceIdOf } from "./trace-requests.ts";

export interface AccessLogOptions {
  /** `all` logs every request but probes; `problems` only the failed and the slow ones. */
  accessLog: "all" | "problems";
  /** A request that takes longer counts as slow, in milliseconds. */
  slowRequestMs: number;
}

interface ObserveOptions extends AccessLogOptions {
  log: Log;
  metrics: Registry;
}

/** Times every request, for the metrics and for the log. A failure is logged where it is caught. */
export function observeRequests({ log, metrics, ...options }: ObserveOptions): Middleware {
  const durations = new RequestDurations(metrics);
  return async function observeRequests(ctx, next) {
    const startedMs = performance.now();
    await next();
    const durationMs = performance.now() - startedMs;
    durations.observe(
      { method: ctx.method, route: matchedPattern(ctx), status: ctx.status },
      durationMs / 1_000,
    );
    if (durationMs > options.slowRequestMs) log.warn(describe(ctx, durationMs), "slow request");
    else if (options.accessLog === "all" && !isProbe(matchedPattern(ctx))) {
      log.info(describe(ctx, durationMs), "request");
    }
  };
}

function describe(ctx: Context, durationMs: number) {
  return {
    request_id: requestIdOf(ctx),
    trace_id: traceIdOf(ctx),
    method: ctx.method,
    path: ctx.path,
    status: ctx.status,
    duration_ms: Math.round(durationMs),
  };
}
