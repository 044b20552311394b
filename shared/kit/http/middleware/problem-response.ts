import type { Context, Middleware } from "koa";
import type { Log } from "../../process/log.ts";
import { StoreUnavailable } from "../../store-unavailable.ts";
import { Problem, problems } from "../problem.ts";
import { requestIdOf } from "./request-id.ts";

const RETRY_AFTER_SECONDS = "1";

/** The one place where an error becomes an answer. Nothing that was not meant for callers leaves. */
export function problemResponse(log: Log): Middleware {
  return async function problemResponse(ctx, next) {
    try {
      await next();
    } catch (error) {
      const problem = toProblem(error);
      if (problem.kind.status >= 500) logFailure(log, ctx, error);
      sendProblem(ctx, problem);
    }
  };
}

function sendProblem(ctx: Context, problem: Problem): void {
  ctx.status = problem.kind.status;
  ctx.set(problem.options.headers ?? {});
  ctx.set("cache-control", "no-store");
  ctx.body = JSON.stringify(problem.body(requestIdOf(ctx)));
  ctx.type = "application/problem+json";
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    return new Problem(problems.storeUnavailable, {
      detail:
        `The store ${error.store} is not available (${error.reason}). ` +
        `Try again in ${RETRY_AFTER_SECONDS} s.`,
      headers: { "retry-after": RETRY_AFTER_SECONDS },
      cause: error,
    });
  }
  return new Problem(problems.internal, {
    detail: "The service failed. Quote the request id when you report it.",
    cause: error,
  });
}

function logFailure(log: Log, ctx: Context, error: unknown): void {
  log.error(
    {
      err: error,
      request_id: requestIdOf(ctx),
      trace_id: ctx.get("x-amzn-trace-id") || undefined,
      method: ctx.method,
      path: ctx.path,
    },
    "request failed",
  );
}
