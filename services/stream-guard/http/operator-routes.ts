import { invalidInput, Problem, problems } from "../../../shared/kit/http/problem.ts";
import { InvalidClientAddress } from "../../../shared/kit/http/request/client-address.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import type { StreamGuard } from "../guard.ts";
import { callerNamed, type CallerSettings, NobodyNamed } from "./caller.ts";
import { inTurn, OPERATOR_LANE, type TurnOptions } from "./in-turn.ts";
import { presentStreams } from "./presenter.ts";
import * as schemas from "./schemas.ts";

const ALL = "/stream-guard/callers/{caller}/streams";
const ONE = `${ALL}/{stream_id}` as const;

const lane = OPERATOR_LANE;
const tag = "operators";

interface OperatorOptions extends TurnOptions {
  guard: StreamGuard;
  caller: CallerSettings;
}

/** What an operator sees and ends, of any caller. */
export function operatorRoutes(options: OperatorOptions): Route[] {
  return [listRoute(options), endAllRoute(options), endOneRoute(options)];
}

function listRoute({ guard, caller: settings, ...turn }: OperatorOptions): Route {
  return route({
    method: "GET",
    paths: [ALL],
    operationId: "listCallerStreams",
    caching: "no-store",
    tag,
    summary: "Lists the live streams of a caller, for operators",
    description: "As the caller itself sees them.",
    apiKey: true,
    params: schemas.CallerPath,
    replies: { 200: { description: "The streams", schema: schemas.Streams } },
    problems: [problems.storeUnavailable],
    async handle(ctx, { params }) {
      const caller = parseCaller(params.caller, settings);
      const streams = await inTurn(ctx, { ...turn, lane }, () => guard.list(caller));
      ctx.body = presentStreams(streams, guard.limit);
    },
  });
}

function endAllRoute({ guard, caller: settings, ...turn }: OperatorOptions): Route {
  return route({
    method: "DELETE",
    paths: [ALL],
    operationId: "endCallerStreams",
    tag,
    summary: "Ends all streams of a caller, for operators",
    description: "Their players learn it with their next heartbeat: 410, `ended_by_operator`.",
    apiKey: true,
    params: schemas.CallerPath,
    replies: { 204: { description: "They have ended; one that started meanwhile has not" } },
    problems: [problems.storeUnavailable],
    async handle(ctx, { params }) {
      const caller = parseCaller(params.caller, settings);
      await inTurn(ctx, { ...turn, lane }, () => guard.endAll(caller, "ended_by_operator"));
      ctx.status = 204;
    },
  });
}

function endOneRoute({ guard, caller: settings, ...turn }: OperatorOptions): Route {
  return route({
    method: "DELETE",
    paths: [ONE],
    operationId: "endCallerStream",
    tag,
    summary: "Ends a stream of a caller, for operators",
    description: "Its player learns it with its next heartbeat: 410, `ended_by_operator`.",
    apiKey: true,
    params: schemas.CallerPath.extend(schemas.StreamPath.shape),
    replies: { 204: { description: "It has ended" } },
    problems: [problems.notFound, problems.storeUnavailable],
    async handle(ctx, { params: { caller: name, stream_id: streamId } }) {
      const caller = parseCaller(name, settings);
      const hasEnded = await inTurn(ctx, { ...turn, lane }, () =>
        guard.end(caller, streamId, "ended_by_operator"),
      );
      if (!hasEnded) {
        throw new Problem(problems.notFound, {
          detail: `No stream ${streamId} of this caller is live.`,
        });
      }
      ctx.status = 204;
    },
  });
}

function parseCaller(name: string, settings: CallerSettings): string {
  try {
    return callerNamed(name, settings);
  } catch (error) {
    if (!(error instanceof NobodyNamed || error instanceof InvalidClientAddress)) throw error;
    throw invalidInput("path", [{ path: "caller", message: error.message }]);
  }
}
