import type { z } from "zod";
import type { Hold, Stream, StreamGuard } from "../guard.ts";
import type * as schemas from "./schemas.ts";

/** A stream's hold on its slot, as its caller sees it. */
export function presentHold(
  { heartbeatSeconds, limit }: StreamGuard,
  { streamId, promisedUntilMs, active }: Hold,
): z.input<typeof schemas.Hold> {
  return {
    stream_id: streamId,
    lease_expires_at: toTime(promisedUntilMs),
    heartbeat_seconds: heartbeatSeconds,
    active,
    limit,
  };
}

/** All streams of a caller, as it sees them. */
export function presentStreams(
  { limit }: StreamGuard,
  streams: readonly Stream[],
): z.input<typeof schemas.Streams> {
  return {
    limit,
    active: streams.length,
    streams: streams.map(({ streamId, startedAtMs, promisedUntilMs, details }) => ({
      stream_id: streamId,
      started_at: toTime(startedAtMs),
      lease_expires_at: toTime(promisedUntilMs),
      ...details,
    })),
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
