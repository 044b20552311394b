import type { LossReason, StreamDetails } from "./leases.ts";

/** A live stream as its caller may see it. */
export interface Stream {
  streamId: string;
  startedAtMs: number;
  promisedUntilMs: number;
  details: StreamDetails;
}

/** The stream's slot after a start or a heartbeat. */
export interface Hold {
  result: "started" | "renewed" | "ended";
  streamId: string;
  /** Until then the slot is the stream's by any instance's clock. */
  promisedUntilMs: number;
  /** Live streams of the caller, this one included. */
  active: number;
}

/** The stream holds no slot. */
export interface Loss {
  result: "lost";
  /** Undefined when it is not known, or not any more. */
  reason: LossReason | undefined;
}

export interface Refusal {
  result: "refused";
  /** Until the first of the slots is free, if its stream sends no more heartbeats; a lease at most. */
  retryAfterMs: number;
  streams: readonly Stream[];
}
