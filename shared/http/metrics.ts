import type { Middleware } from "koa";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { matchedPattern } from "./dispatch.ts";

/** The registry of one process, with Node's own metrics in it. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Times every request by method, route pattern and status; never by raw path, which is endless. */
export function requestDuration(registry: Registry): Middleware {
  const histogram = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to its answer.",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return async function requestDuration(ctx, next) {
    const startedMs = performance.now();
    try {
      await next();
    } finally {
      histogram.observe(
        { method: ctx.method, route: matchedPattern(ctx), status: ctx.status },
        (performance.now() - startedMs) / 1_000,
      );
    }
  };
}
