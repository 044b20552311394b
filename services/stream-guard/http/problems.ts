import { z } from "zod";
import { type ProblemKind, retryAfter } from "../../../shared/kit/http/problem.ts";
import { Streams } from "./schemas.ts";

const LossReason = z.enum(["ended", "ended_by_operator", "expired", "replaced"]).meta({
  id: "LossReason",
  description:
    "`ended` by its player, `ended_by_operator`, `expired` because no heartbeat came in time, or " +
    "`replaced` by another stream of the caller.",
});

/** The failures that are this service's own. */
export const streamProblems = {
  limitReached: {
    status: 409,
    id: "stream-limit-reached",
    title: "Stream limit reached",
    description:
      "The caller has as many streams as allowed: `limit`, `active` and `streams` say which, " +
      "`Retry-After` when the first slot is free if its player has gone.",
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
    members: z.object({ reason: LossReason.optional() }),
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
