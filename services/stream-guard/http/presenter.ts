import type { z } from "zod";
import type { StreamGuard } from "../guard.ts";
import type { Hold, Stream } from "../outcomes.ts";
import type * as schemas from "./schemas.ts";

/** A stream's hold on its slot, as its caller sees it. */
export function presentHold(
  { streamId, promisedUntilMs, active }: Hold,
  { heartbeatSeconds, limit }: Pick<StreamGuard, "heartbeatSeconds" | "limit">,
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
  streams: readonly Stream[],
  limit: number,
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
