import type { Context, Middleware } from "koa";
import { requests, type TracedRequest } from "../../tracing/channels.ts";
import { readTraceHeaders } from "../../tracing/trace-headers.ts";
import { matchedPattern } from "./dispatch.ts";
import { isProbe } from "./probes.ts";

interface TracedState {
  traced?: TracedRequest;
}

/** Publishes every request but probes, with what came of it, to whoever traces them. */
export function traceRequests(): Middleware {
  return function traceRequests(ctx, next) {
    if (isProbe(ctx.path)) return next();
    const traced: TracedRequest = { method: ctx.method, headers: ctx.req.headers };
    (ctx.state as TracedState).traced = traced;
    return requests.tracePromise(async () => {
      await next();
      traced.route = matchedPattern(ctx);
      traced.status = ctx.status;
    }, traced);
  };
}

/** 32 hexadecimal digits: our own trace of the request, else the one that its caller named. */
export function traceIdOf(ctx: Context): string | undefined {
  return (ctx.state as TracedState).traced?.traceId ?? readTraceHeaders(ctx.req.headers)?.traceId;
}
