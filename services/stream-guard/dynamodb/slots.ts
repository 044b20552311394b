import { createHash } from "node:crypto";
import type { Lease, LeaseOrder, LossReason, StartOrder } from "../leases.ts";

/** A lease as it was last written to a slot. */
export interface SlotLease extends Lease {
  /** The start that took the slot; undefined once a heartbeat has renewed it. */
  takenBy?: string | undefined;
}

/** The slots of a caller, by number: the lease that was last written there. */
export type Slots = readonly (SlotLease | undefined)[];

/** The last stream that gave up a slot before its lease was over. */
export interface EndedStream {
  streamId: string;
  reason: LossReason;
  /** The order that ended it. */
  endedBy: string;
  /**
   * A stream that started again later has lost its next lease after this at the earliest: until
   * then the record speaks of the stream's last lease, afterwards perhaps not.
   */
  knownUntilMs: number;
}

/** What one item holds: the slots of a caller, and which stream each was last taken from. */
export interface CallerSlots {
  slots: Slots;
  ended: readonly (EndedStream | undefined)[];
}

/** One write to a caller's slots. */
export interface SlotChange {
  kind: "take" | "renew" | "end" | "take back";
  slot: number;
  /** True when the slot is taken from the stream that is replaced, not from nobody. */
  overReplaced?: boolean;
  /** Slot of the replaced stream, given up in the same write. */
  clear?: number | undefined;
  /** True for a renewal that comes late: a later one has been written, and is left as it is. */
  isLate?: boolean;
  /** Slots that must be free as well, so that the caller has no more streams than its own limit. */
  keptFree?: readonly number[];
}

/** The attribute that holds a slot. */
export function slotName(slot: number): string {
  return `slot_${slot}`;
}

/** The attribute that records the last stream that gave up a slot. */
export function endedName(slot: number): string {
  return `ended_${slot}`;
}

/** Where to look first for a stream that was never seen: the same slot on every instance. */
export function guessSlot(streamId: string, limit: number): number {
  return createHash("sha256").update(streamId).digest().readUInt32BE() % limit;
}

/** The leases that have not expired, the oldest stream first. */
export function liveLeases(slots: Slots, nowMs: number): readonly Lease[] {
  return slots
    .filter((lease) => isLive(lease, nowMs))
    .map(({ streamId, startedAtMs, expiresAtMs }) => ({ streamId, startedAtMs, expiresAtMs }))
    .toSorted((one, other) => one.startedAtMs - other.startedAtMs);
}

/**
 * How to start a stream, given what the slots hold.
 *
 * The stream's own slot comes first, even an expired one, so that it is never in two; then the
 * replaced stream's; then `preferred`, where it is free; then any free one.
 *
 * @returns undefined when every slot is held by another stream, or as many as the caller may have
 */
export function planStart(
  slots: Slots,
  order: StartOrder,
  preferred: number,
): SlotChange | undefined {
  const change = planSlot(slots, order, preferred);
  if (change?.kind !== "take") return change;
  const others = freeFirst(slots, order.nowMs);
  const limited = withinLimit(change, others, order.limit ?? slots.length);
  const isLimited = limited.keptFree?.some((slot) => isLive(slots[slot], order.nowMs));
  return isLimited === true ? undefined : limited;
}

/**
 * Adds to a start the slots that must be free besides, where the caller may have fewer streams than
 * there are slots. Naming them in the write's condition makes that limit as strict as the slots are.
 *
 * @param slots every slot of the caller, those first that are likely to be free
 */
export function withinLimit(
  change: SlotChange,
  slots: readonly number[],
  limit: number,
): SlotChange {
  const others = slots.filter((slot) => slot !== change.slot && slot !== change.clear);
  const count = others.length - (limit - 1);
  return count <= 0 ? change : { ...change, keptFree: others.slice(0, count) };
}

function freeFirst(slots: Slots, nowMs: number): readonly number[] {
  const isHeld = (slot: number) => Number(isLive(slots[slot], nowMs));
  return [...slots.keys()].toSorted((one, other) => isHeld(one) - isHeld(other));
}

function planSlot(slots: Slots, order: StartOrder, preferred: number): SlotChange | undefined {
  const { streamId, replaceStreamId, nowMs } = order;
  const own = findSlot(slots, streamId);
  const replaced = findSlot(slots, replaceStreamId);
  const renewal = planRenewal(slots, order);
  if (renewal !== undefined) return { ...renewal, clear: replaced };
  if (own !== undefined) return { kind: "take", slot: own, clear: replaced };
  if (replaced !== undefined) return { kind: "take", slot: replaced, overReplaced: true };
  const free = [preferred, ...slots.keys()].find((slot) => !isLive(slots[slot], nowMs));
  return free === undefined ? undefined : { kind: "take", slot: free };
}

/** How to renew a stream's lease, which was promised for as long as it lasts: it never gets shorter. */
export function planRenewal(slots: Slots, order: LeaseOrder): SlotChange | undefined {
  const slot = findLive(slots, order.streamId, order.nowMs);
  if (slot === undefined) return undefined;
  const isLate = (slots[slot]?.expiresAtMs ?? 0) > order.expiresAtMs;
  return { kind: "renew", slot, ...(isLate && { isLate }) };
}

/** The slot in which a stream holds a live lease. */
export function findLive(slots: Slots, streamId: string, nowMs: number): number | undefined {
  const slot = findSlot(slots, streamId);
  return slot !== undefined && isLive(slots[slot], nowMs) ? slot : undefined;
}

/** True when the change was made by this very order: its reply was lost, and it was sent again. */
export function isDone({ slots, ended }: CallerSlots, change: SlotChange, orderId: string) {
  const { kind, slot } = change;
  if (kind === "take") return slots[slot]?.takenBy === orderId;
  return kind === "end" && ended[slot]?.endedBy === orderId;
}

/** Why a stream that has no live lease lost it, as far as the item still tells. */
export function findLoss(
  { slots, ended }: CallerSlots,
  streamId: string,
  nowMs: number,
): LossReason | undefined {
  const [last] = ended
    .filter((each) => each?.streamId === streamId && each.knownUntilMs > nowMs)
    .toSorted((one, other) => (other?.knownUntilMs ?? 0) - (one?.knownUntilMs ?? 0));
  return last?.reason ?? (findSlot(slots, streamId) === undefined ? undefined : "expired");
}

function findSlot(slots: Slots, streamId: string | undefined): number | undefined {
  if (streamId === undefined) return undefined;
  const slot = slots.findIndex((lease) => lease?.streamId === streamId);
  return slot === -1 ? undefined : slot;
}

function isLive(lease: Lease | undefined, nowMs: number): lease is Lease {
  return lease !== undefined && lease.expiresAtMs > nowMs;
}
