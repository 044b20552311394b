import type { Context } from "koa";
import { Problem } from "../../../shared/kit/http/problem.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { CallerBusy, type CallerGate } from "../resilience/caller-gate.ts";
import type { StreamMetrics } from "../metrics.ts";
import type { StoreBreaker } from "../resilience/store-breaker.ts";
import { streamProblems } from "./problems.ts";

/** Operators share a lane of their own: no caller is named like it. */
export const OPERATOR_LANE = "operator";

export interface TurnOptions {
  gate: CallerGate;
  breaker: StoreBreaker;
  metrics: StreamMetrics;
  /** Longest time from here to the answer, in milliseconds. */
  deadlineMs: number;
}

/**
 * Works on a request when it is the caller's turn, for as long as somebody waits for the answer.
 *
 * @param work is given a signal that is aborted when the client has gone or the deadline has passed
 * @throws Problem 429 when the caller's own requests are in the way, 499 when the client has gone
 * @throws StoreUnavailable at the deadline, and at once while the store is away
 */
export async function inTurn<T>(
  ctx: Context,
  { lane, gate, breaker, metrics, deadlineMs }: TurnOptions & { lane: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const run = async (signal: AbortSignal) => {
    try {
      return await gate.run(
        lane,
        () => {
          breaker.throwIfOpen();
          return work(signal);
        },
        signal,
      );
    } catch (error) {
      if (error instanceof CallerBusy) {
        if (ctx.res.closed) signal.throwIfAborted();
        // Those in front of it wait for the store.
        breaker.throwIfOpen();
      }
      throw error;
    }
  };
  try {
    return await breaker.run(() => whileAwaited(ctx, deadlineMs, run));
  } catch (error) {
    if (error instanceof StoreUnavailable) metrics.storeFailed();
    if (!(error instanceof CallerBusy)) throw error;
    throw new Problem(streamProblems.callerBusy, {
      detail: "Too many of your requests are waiting. Send fewer at once; try again in 1 s.",
      headers: { "retry-after": "1" },
    });
  }
}

async function whileAwaited<T>(
  { res }: Context,
  deadlineMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const awaited = new AbortController();
  const leave = () => {
    const detail = "The client closed the connection before the answer.";
    awaited.abort(new Problem(streamProblems.clientGone, { detail }));
  };
  const timer = setTimeout(() => {
    const cause = new Error(`no outcome within ${deadlineMs} ms`);
    awaited.abort(new StoreUnavailable("dynamodb", cause));
  }, deadlineMs);
  if (res.closed) leave();
  res.once("close", leave);
  try {
    return await work(awaited.signal);
  } finally {
    clearTimeout(timer);
    res.off("close", leave);
  }
}
