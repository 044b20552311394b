import type { ProblemKind } from "../../../shared/kit/http/problem.ts";
import { Streams } from "./schemas.ts";

/** The failures that are this service's own. */
export const streamProblems = {
  limitReached: {
    status: 409,
    id: "stream-limit-reached",
    title: "Stream limit reached",
    description:
      "The caller has as many streams as allowed: `limit`, `active` and `streams` tell which, " +
      "`Retry-After` when the first slot is free if its player has gone.",
    members: Streams,
  },
  leaseLost: {
    status: 410,
    id: "lease-lost",
    title: "Lease lost",
    description: "The stream has no slot: it ended, or no heartbeat came in time. Start it again.",
  },
  callerBusy: {
    status: 429,
    id: "caller-busy",
    title: "Too many requests at once",
    description: "Too many requests of this caller are waiting; other callers are not affected.",
  },
} as const satisfies Record<string, ProblemKind>;
