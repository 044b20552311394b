import { Problem } from "../../../shared/kit/http/problem.ts";
import type { Loss, Refusal, StreamGuard } from "../guard.ts";
import type { LossReason } from "../leases.ts";
import { presentStreams } from "./presenter.ts";
import { streamProblems } from "./problems.ts";

const lossDetails: Record<LossReason, string> = {
  ended: "It was ended by its player",
  ended_by_operator: "An operator ended it",
  expired: "No heartbeat came in time",
  replaced: "Another stream of yours took its place",
};

export function limitReached(guard: StreamGuard, { retryAfterMs, streams }: Refusal): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new Problem(streamProblems.limitReached, {
    detail:
      `${streams.length} of ${guard.limit} streams are live. End one, name one of them as ` +
      `replace_stream_id, or try again in ${seconds} s.`,
    headers: { "retry-after": String(seconds) },
    extra: presentStreams(guard, streams),
  });
}

export function leaseLost(streamId: string, { reason }: Loss): Problem {
  const why = reason === undefined ? "" : ` ${lossDetails[reason]}.`;
  return new Problem(streamProblems.leaseLost, {
    detail: `The stream ${streamId} has no slot any more.${why} Start it again to get one.`,
    ...(reason !== undefined && { extra: { reason } }),
  });
}
