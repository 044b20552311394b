import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { LossReason } from "../leases.ts";
import {
  type CallerSlots,
  type EndedStream,
  endedName,
  type SlotLease,
  slotName,
} from "./slots.ts";

type Attributes = Record<string, AttributeValue>;

/** Reads a caller's item; a caller without one has empty slots. */
export function readCallerItem(item: Attributes | undefined, limit: number): CallerSlots {
  const numbers = [...Array(limit).keys()];
  return {
    slots: numbers.map((slot) => readLease(item?.[slotName(slot)]?.M)),
    ended: numbers.map((slot) => readEnded(item?.[endedName(slot)]?.M)),
  };
}

function readLease(lease: Attributes | undefined): SlotLease | undefined {
  if (lease === undefined) return undefined;
  return {
    streamId: lease["stream_id"]?.S ?? "",
    startedAtMs: Number(lease["started_at_ms"]?.N),
    expiresAtMs: Number(lease["expires_at_ms"]?.N),
    takenBy: lease["taken_by"]?.S,
  };
}

function readEnded(ended: Attributes | undefined): EndedStream | undefined {
  if (ended === undefined) return undefined;
  return {
    streamId: ended["stream_id"]?.S ?? "",
    reason: ended["reason"]?.S as LossReason,
    endedBy: ended["ended_by"]?.S ?? "",
    knownUntilMs: Number(ended["known_until_ms"]?.N),
  };
}
