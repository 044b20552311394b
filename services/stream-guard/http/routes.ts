import type { Context } from "koa";
import { Problem, problems } from "../../../shared/kit/http/problem.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { callerOf, type CallerSettings } from "./caller.ts";
import { CallerBusy, type CallerGate } from "../caller-gate.ts";
import type { Refusal, StreamGuard } from "../guard.ts";
import type { StreamDetails } from "../leases.ts";
import type { StreamMetrics } from "../metrics.ts";
import { presentHold, presentStreams } from "./presenter.ts";
import { streamProblems } from "./problems.ts";
import * as schemas from "./schemas.ts";

const COLLECTION = "/api/v1/streams";
const ONE = `${COLLECTION}/{stream_id}` as const;

const requestHeaders = {
  "x-forwarded-for":
    "The caller: the last entry, as the load balancer appends it. Required, unless the " +
    "deployment names its users by another header.",
};
const anyProblem = [streamProblems.callerBusy, problems.storeUnavailable];

export interface RoutesOptions {
  guard: StreamGuard;
  gate: CallerGate;
  caller: CallerSettings;
  metrics: StreamMetrics;
}

export function createRoutes(options: RoutesOptions): Route[] {
  return [startRoute(options), listRoute(options), heartbeatRoute(options), endRoute(options)];
}

function startRoute(options: RoutesOptions): Route {
  const { guard } = options;
  return route({
    method: "POST",
    paths: ["/api/v1/stream"],
    operationId: "startStream",
    summary: "Starts a stream, if the caller may have one more",
    description:
      "With the `stream_id` of a live stream it is a heartbeat: the same slot, 200. " +
      "With `video_ended: true` no slot is taken, and the one of that id is given up: 200.",
    requestHeaders,
    body: schemas.Start,
    replies: {
      201: {
        description: "The stream has a slot",
        schema: schemas.Hold,
        headers: { location: "The stream, for heartbeats and its end" },
      },
      200: { description: "The stream had one already", schema: schemas.Hold },
    },
    problems: [streamProblems.limitReached, ...anyProblem],
    async handle(ctx, { body = {} }) {
      const { stream_id: streamId, replace_stream_id: replaceStreamId, ...fields } = body;
      const request = { streamId, replaceStreamId, details: toDetails(fields) };
      const outcome = await forCaller(ctx, options, (caller) => guard.start(caller, request));
      if (outcome.result === "refused") throw refusal(guard, outcome);
      ctx.status = outcome.result === "started" ? 201 : 200;
      if (outcome.result === "started") ctx.set("location", `${COLLECTION}/${outcome.streamId}`);
      ctx.body = presentHold(guard, outcome);
    },
  });
}

function listRoute(options: RoutesOptions): Route {
  const { guard } = options;
  return route({
    method: "GET",
    paths: [COLLECTION],
    operationId: "listStreams",
    summary: "Lists the caller's live streams",
    requestHeaders,
    replies: { 200: { description: "The streams", schema: schemas.Streams } },
    problems: [problems.invalid, ...anyProblem],
    async handle(ctx) {
      const streams = await forCaller(ctx, options, (caller) => guard.list(caller));
      ctx.set("cache-control", "no-store");
      ctx.body = presentStreams(guard, streams);
    },
  });
}

function heartbeatRoute(options: RoutesOptions): Route {
  const { guard } = options;
  return route({
    method: "PUT",
    paths: [ONE],
    operationId: "keepStream",
    summary: "Heartbeat: keeps the stream's slot, and tells what has changed",
    requestHeaders,
    params: schemas.StreamPath,
    body: schemas.Heartbeat,
    replies: { 200: { description: "The slot is kept, or given up", schema: schemas.Hold } },
    problems: [streamProblems.leaseLost, ...anyProblem],
    async handle(ctx, { params: { stream_id: streamId }, body = {} }) {
      const hold = await forCaller(ctx, options, (caller) =>
        guard.heartbeat(caller, streamId, toDetails(body)),
      );
      if (hold === undefined) {
        throw new Problem(streamProblems.leaseLost, {
          detail: `The stream ${streamId} has no slot any more. Start it again to get one.`,
        });
      }
      ctx.body = presentHold(guard, hold);
    },
  });
}

function endRoute(options: RoutesOptions): Route {
  const { guard } = options;
  return route({
    method: "DELETE",
    paths: [ONE],
    operationId: "endStream",
    summary: "Ends the stream: its slot is free at once",
    requestHeaders,
    params: schemas.StreamPath,
    replies: { 204: { description: "It has ended" } },
    problems: [problems.notFound, ...anyProblem],
    async handle(ctx, { params: { stream_id: streamId } }) {
      const ended = await forCaller(ctx, options, (caller) => guard.end(caller, streamId));
      if (!ended) {
        throw new Problem(problems.notFound, { detail: `No stream ${streamId} of yours is live.` });
      }
      ctx.status = 204;
    },
  });
}

/** Works for the caller of a request, when it is the caller's turn. */
async function forCaller<T>(
  ctx: Context,
  { gate, caller: settings, metrics }: RoutesOptions,
  work: (caller: string) => Promise<T>,
): Promise<T> {
  const caller = callerOf(ctx, settings);
  try {
    return await gate.run(caller, () => work(caller));
  } catch (error) {
    if (error instanceof StoreUnavailable) metrics.storeFailed();
    if (!(error instanceof CallerBusy)) throw error;
    throw new Problem(streamProblems.callerBusy, {
      detail: "Too many of your requests are waiting. Send fewer at once; try again in 1 s.",
      headers: { "retry-after": "1" },
    });
  }
}

function refusal(guard: StreamGuard, { retryAfterMs, streams }: Refusal): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new Problem(streamProblems.limitReached, {
    detail:
      `${streams.length} of ${guard.limit} streams are live. End one, name one of them as ` +
      `replace_stream_id, or try again in ${seconds} s.`,
    headers: { "retry-after": String(seconds) },
    extra: presentStreams(guard, streams),
  });
}

function toDetails(fields: Record<string, string | number | boolean | undefined>): StreamDetails {
  const told = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as StreamDetails;
}
