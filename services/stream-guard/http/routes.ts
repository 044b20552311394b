import type { Context } from "koa";
import { invalidInput, Problem, problems } from "../../../shared/kit/http/problem.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import { callerOf, type CallerSettings } from "./caller.ts";
import { inTurn, type TurnOptions } from "./in-turn.ts";
import { operatorRoutes } from "./operator-routes.ts";
import { presentHold, presentStreams } from "./presenter.ts";
import { leaseLost, limitReached, streamProblems } from "./problems.ts";

import * as schemas from "./schemas.ts";
import type { StreamGuard } from "../guard.ts";
import type { StreamDetails } from "../leases.ts";

const COLLECTION = "/api/v1/streams";
const ONE = `${COLLECTION}/{stream_id}` as const;

const tag = "streams";
const anyProblem = [
  streamProblems.invalidViewerToken,
  streamProblems.viewerKeysUnavailable,
  streamProblems.callerBusy,
  problems.storeUnavailable,
];

export interface RoutesOptions extends TurnOptions {
  guard: StreamGuard;
  caller: CallerSettings;
}

export function createRoutes(options: RoutesOptions): Route[] {
  return [
    startRoute(options),
    listRoute(options),
    heartbeatRoute(options),
    endRoute(options),
    ...operatorRoutes(options),
  ];
}

function startRoute(options: RoutesOptions): Route {
  const { guard } = options;
  const { heartbeatSeconds } = guard;
  return route({
    method: "POST",
    paths: ["/api/v1/stream"],
    operationId: "startStream",
    namedOriginsOnly: true,
    userToken: "where asked for",
    tag,
    summary: "Starts a stream, if the caller may have one more",
    description:
      "With the `stream_id` of a live stream it is a heartbeat: the same slot, 200. " +
      "With `video_ended: true` no slot is taken, and the one of that id is given up: 200.",
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
      const [outcome, limit] = await forCaller(ctx, options, (caller, { limit, signal }) =>
        guard.start(caller, { ...request, limit, signal }),
      );
      if (outcome.result === "refused") throw limitReached(outcome, limit);
      ctx.status = outcome.result === "started" ? 201 : 200;
      if (outcome.result === "started") ctx.set("location", `${COLLECTION}/${outcome.streamId}`);
      ctx.body = presentHold(outcome, { heartbeatSeconds, limit });
    },
  });
}

function listRoute(options: RoutesOptions): Route {
  const { guard } = options;
  return route({
    method: "GET",
    paths: [COLLECTION],
    operationId: "listStreams",
    caching: "no-store",
    namedOriginsOnly: true,
    userToken: "where asked for",
    tag,
    summary: "Lists the caller's live streams",
    description: "With what their players reported; a lease that has expired is not among them.",
    replies: { 200: { description: "The streams", schema: schemas.Streams } },
    problems: [problems.invalid, ...anyProblem],
    async handle(ctx) {
      const [streams, limit] = await forCaller(ctx, options, (caller) => guard.list(caller));
      ctx.body = presentStreams(streams, limit);
    },
  });
}

function heartbeatRoute(options: RoutesOptions): Route {
  const { guard } = options;
  const { heartbeatSeconds } = guard;
  return route({
    method: "PUT",
    paths: [ONE],
    operationId: "keepStream",
    namedOriginsOnly: true,
    userToken: "where asked for",
    tag,
    summary: "Heartbeat: keeps the stream's slot, and tells what has changed",
    description:
      "Fields that are left out stay as they were. With `video_ended: true` the slot is given up.",
    params: schemas.StreamPath,
    body: schemas.Heartbeat,
    replies: { 200: { description: "The slot is kept, or given up", schema: schemas.Hold } },
    problems: [streamProblems.leaseLost, ...anyProblem],
    async handle(ctx, { params: { stream_id: streamId }, body = {} }) {
      const { stream_id: named = streamId, replace_stream_id: _, ...fields } = body;
      if (named !== streamId) throw otherStream(streamId);
      const [outcome, limit] = await forCaller(ctx, options, (caller) =>
        guard.heartbeat(caller, streamId, toDetails(fields)),
      );
      if (outcome.result === "lost") throw leaseLost(streamId, outcome);
      ctx.body = presentHold(outcome, { heartbeatSeconds, limit });
    },
  });
}

function endRoute(options: RoutesOptions): Route {
  const { guard } = options;
  return route({
    method: "DELETE",
    paths: [ONE],
    operationId: "endStream",
    namedOriginsOnly: true,
    userToken: "where asked for",
    tag,
    summary: "Ends the stream: its slot is free at once",
    description: "A stream that has ended already, or was never the caller's, is 404.",
    params: schemas.StreamPath,
    replies: { 204: { description: "It has ended" } },
    problems: [problems.notFound, ...anyProblem],
    async handle(ctx, { params: { stream_id: streamId } }) {
      const [ended] = await forCaller(ctx, options, (caller) => guard.end(caller, streamId));
      if (!ended) {
        throw new Problem(problems.notFound, { detail: `No stream ${streamId} of yours is live.` });
      }
      ctx.status = 204;
    },
  });
}

/**
 * Works for the caller of a request, when it is the caller's turn.
 *
 * @returns what came of it, and how many streams the caller may have
 */
async function forCaller<T>(
  ctx: Context,
  options: RoutesOptions,
  work: (caller: string, terms: { limit: number; signal: AbortSignal }) => Promise<T>,
): Promise<[outcome: T, limit: number]> {
  const { name, limit: own = Infinity } = await callerOf(ctx, options.caller);
  const limit = Math.min(own, options.guard.limit);
  const run = (signal: AbortSignal) => work(name, { limit, signal });
  return [await inTurn(ctx, { ...options, lane: name }, run), limit];
}

function otherStream(streamId: string): Problem {
  const message = `expected ${streamId}, as in the path`;
  return invalidInput("body", [{ path: "stream_id", message }]);
}

function toDetails(fields: Record<string, string | number | boolean | undefined>): StreamDetails {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as StreamDetails;
}
