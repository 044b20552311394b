import type { Context, Middleware } from "koa";
import type { Log } from "../../process/log.ts";
import { StoreUnavailable } from "../../store-unavailable.ts";
import { Problem, problems } from "../problem.ts";
import { escapeUnseen } from "../request/quote.ts";
import { requestIdOf } from "./request-id.ts";
import { traceIdOf } from "./trace-requests.ts";

const RETRY_AFTER_SECONDS = "1";
const HANG_UPS = new Set([
  "ECONNRESET",
  "EPIPE",
  "ERR_HTTP_REQUEST_TIMEOUT",
  "ERR_STREAM_PREMATURE_CLOSE",
  "HPE_INVALID_EOF_STATE",
]);
/** As nginx counts it: the client will not read the status, but the metrics do. */
const CLIENT_GONE = 499;

/** The one place where an error becomes an answer. Nothing that was not meant for callers leaves. */
export function problemResponse(log: Log, service: string): Middleware {
  return async function problemResponse(ctx, next) {
    try {
      await next();
    } catch (error) {
      if (ctx.req.socket.destroyed && isHangUp(error)) {
        ctx.status = CLIENT_GONE;
        return;
      }
      const problem = toProblem(error);
      if (problem.kind.status >= 500) logFailure(log, ctx, error);
      sendProblem(ctx, problem, service);
    }
  };
}

/** The caller left before the end of the answer, as every listener does at some time: no fault. */
export function isHangUp(error: unknown): boolean {
  return error instanceof Error && "code" in error && HANG_UPS.has(String(error.code));
}

function sendProblem(ctx: Context, problem: Problem, service: string): void {
  ctx.status = problem.kind.status;
  ctx.set(problem.options.headers ?? {});
  ctx.set("cache-control", "no-store");
  const place = { service, requestId: requestIdOf(ctx), traceId: traceIdOf(ctx) };
  ctx.body = escapeUnseen(JSON.stringify(problem.body(place)));
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

/** A refusal by a bound, such as a full queue, is no failure of the service. */
function isRefusal(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return error.reason === "overloaded";
  return error instanceof Problem;
}

function logFailure(log: Log, ctx: Context, error: unknown): void {
  log[isRefusal(error) ? "warn" : "error"](
    {
      err: error,
      request_id: requestIdOf(ctx),
      trace_id: traceIdOf(ctx),
      method: ctx.method,
      path: ctx.path,
    },
    "request failed",
  );
}
