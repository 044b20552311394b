import { createHash } from "node:crypto";
import type { Lease, StartOrder } from "../leases.ts";

/** The slots of a caller, by number: the lease that was last written there. */
export type Slots = readonly (Lease | undefined)[];

/** One write to a caller's slots. */
export interface SlotChange {
  kind: "take" | "renew" | "end";
  slot: number;
  /** True when the slot is taken from the stream that is replaced, not from nobody. */
  overReplaced?: boolean;
  /** Slot of the replaced stream, given up in the same write. */
  clear?: number | undefined;
}

/** The attribute that holds a slot. */
export function slotName(slot: number): string {
  return `slot_${slot}`;
}

/** Where to look first for a stream that was never seen: the same slot on every instance. */
export function guessSlot(streamId: string, limit: number): number {
  return createHash("sha256").update(streamId).digest().readUInt32BE() % limit;
}

/** The leases that have not expired, the oldest stream first. */
export function liveLeases(slots: Slots, nowMs: number): readonly Lease[] {
  return slots
    .filter((lease) => isLive(lease, nowMs))
    .toSorted((one, other) => one.startedAtMs - other.startedAtMs);
}

/**
 * How to start a stream, given what the slots hold.
 *
 * The stream's own slot comes first, even an expired one, so that it is never in two; then the
 * replaced stream's; then `preferred`, where it is free; then any free one.
 *
 * @returns undefined when every slot is held by another stream
 */
export function planStart(
  slots: Slots,
  { streamId, replaceStreamId, nowMs }: StartOrder,
  preferred: number,
): SlotChange | undefined {
  const own = findSlot(slots, streamId);
  const replaced = findSlot(slots, replaceStreamId);
  if (own !== undefined) {
    return { kind: isLive(slots[own], nowMs) ? "renew" : "take", slot: own, clear: replaced };
  }
  if (replaced !== undefined) return { kind: "take", slot: replaced, overReplaced: true };
  const free = [preferred, ...slots.keys()].find((slot) => !isLive(slots[slot], nowMs));
  return free === undefined ? undefined : { kind: "take", slot: free };
}

/** The slot in which a stream holds a live lease. */
export function findLive(slots: Slots, streamId: string, nowMs: number): number | undefined {
  const slot = findSlot(slots, streamId);
  return slot !== undefined && isLive(slots[slot], nowMs) ? slot : undefined;
}

function findSlot(slots: Slots, streamId: string | undefined): number | undefined {
  if (streamId === undefined) return undefined;
  const slot = slots.findIndex((lease) => lease?.streamId === streamId);
  return slot === -1 ? undefined : slot;
}

function isLive(lease: Lease | undefined, nowMs: number): lease is Lease {
  return lease !== undefined && lease.expiresAtMs > nowMs;
}
