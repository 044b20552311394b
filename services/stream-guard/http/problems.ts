import { z } from "zod";
import {
  authenticate,
  Problem,
  type ProblemKind,
  retryAfter,
} from "../../../shared/kit/http/problem.ts";
import type { LossReason } from "../leases.ts";
import type { Loss, Refusal } from "../outcomes.ts";
import { presentStreams } from "./presenter.ts";
import { Streams } from "./schemas.ts";

const Reason = z.enum(["ended", "ended_by_operator", "expired", "replaced"]).meta({
  examples: ["expired"],
  id: "LossReason",
  description:
    "`ended` by its player, `ended_by_operator`, `expired` because no heartbeat came in time, or " +
    "`replaced` by another stream of the caller.",
});

/** The failures that are this service's own. */
export const streamProblems = {
  invalidViewerToken: {
    status: 401,
    id: "invalid-token",
    title: "Viewer token required",
    description:
      "Where the deployment knows its viewers by tokens, the request lacks a valid " +
      "`Authorization: Bearer <viewer token>`.",
    headers: authenticate,
  },
  viewerKeysUnavailable: {
    status: 503,
    id: "viewer-keys-unavailable",
    title: "Viewer keys unavailable",
    description: "The keys of the viewer tokens cannot be fetched.",
    detail: "The keys of the viewer tokens cannot be fetched. Try again in 1 s.",
    headers: retryAfter,
  },
  limitReached: {
    status: 409,
    id: "stream-limit-reached",
    title: "Stream limit reached",
    description:
      "The caller has as many streams as allowed: `limit`, `active` and `streams` say which, " +
      "`Retry-After` when the first slot is free if its player has gone.",
    detail:
      "3 of 3 streams are live. End one, name one of them as replace_stream_id, or try again in 42 s.",
    members: Streams,
    headers: retryAfter,
  },
  leaseLost: {
    status: 410,
    id: "lease-lost",
    title: "Lease lost",
    description:
      "The stream has no slot: it ended, or no heartbeat came in time. Start it again. `reason` " +
      "says why, where that is known.",
    detail:
      "The stream living-room has no slot any more. No heartbeat came in time. Start it again to get one.",
    members: z.object({ reason: Reason.optional() }),
  },
  callerBusy: {
    status: 429,
    id: "caller-busy",
    title: "Too many requests at once",
    description: "Too many requests of this caller are waiting; other callers are not affected.",
    headers: retryAfter,
  },
  clientGone: {
    status: 499,
    id: "client-gone",
    title: "Client gone",
    description: "Seen in logs and metrics only: the client closed the connection.",
  },
} as const satisfies Record<string, ProblemKind>;

const lossDetails: Record<LossReason, string> = {
  ended: "It was ended by its player",
  ended_by_operator: "An operator ended it",
  expired: "No heartbeat came in time",
  replaced: "Another stream of yours took its place",
};

export function limitReached({ retryAfterMs, streams }: Refusal, limit: number): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new Problem(streamProblems.limitReached, {
    detail:
      `${streams.length} of ${limit} streams are live. End one, name one of them as ` +
      `replace_stream_id, or try again in ${seconds} s.`,
    headers: { "retry-after": String(seconds) },
    extra: presentStreams(streams, limit),
  });
}

export function leaseLost(streamId: string, { reason }: Loss): Problem {
  const why = reason === undefined ? "" : ` ${lossDetails[reason]}.`;
  return new Problem(streamProblems.leaseLost, {
    detail: `The stream ${streamId} has no slot any more.${why} Start it again to get one.`,
    ...(reason !== undefined && { extra: { reason } }),
  });
}

/** @param detail what the client has to send instead */
export function invalidViewerToken(detail: string): Problem {
  const headers = { "www-authenticate": 'Bearer realm="streams"' };
  return new Problem(streamProblems.invalidViewerToken, { detail, headers });
}

export function viewerKeysUnavailable(cause: unknown): Problem {
  return new Problem(streamProblems.viewerKeysUnavailable, {
    detail: "The keys of the viewer tokens cannot be fetched. Try again in 1 s.",
    headers: { "retry-after": "1" },
    cause,
  });
}
