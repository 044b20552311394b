import type { StartOrder } from "../leases.ts";
import { type SlotChange, slotName } from "./slots.ts";

/** The slot was last taken by this stream: `:stream`, or `:replaced`. False for an empty slot. */
const holds = (slot: number, stream: ":stream" | ":replaced") =>
  `${slotName(slot)}.stream_id = ${stream}`;

/** The slot's lease has not expired: only ever judged here, never by the item being there. */
const live = (slot: number) => `${slotName(slot)}.expires_at_ms > :now`;

/**
 * Nobody has the slot: it was never taken, was given back, or its lease has expired. This is what
 * holds the limit; and without the expiry in it a crashed player would keep its slot without end.
 */
const free = (slot: number) => `NOT ${live(slot)}`;

/**
 * The stream still has the slot. Without it a late heartbeat would take back, and a late end would
 * give away, a slot that has become another stream's.
 */
const stillMine = (slot: number) => `${holds(slot, ":stream")} AND ${live(slot)}`;

/**
 * No other slot was last taken by this stream, not even one whose lease has expired: an instance
 * with a slow clock would still find that one live. It keeps a start that is sent many times,
 * even at once, in a single slot.
 */
const notElsewhere = (slot: number) => `NOT ${holds(slot, ":stream")}`;

/**
 * The slot is as this very order took it, and no heartbeat has renewed it since. It keeps the
 * undoing of a start from ending a stream whose player got its slot by asking again.
 */
const untouched = (slot: number) => `${slotName(slot)}.taken_by = :order`;

/**
 * No later renewal has been written. Without it a heartbeat that was held up, by an instance that
 * stood still, would end a lease before the time that was promised meanwhile.
 */
const notRenewedLater = (slot: number) => `${slotName(slot)}.expires_at_ms <= :expires`;

/** A later renewal has been written, so the lease already lasts as long as this one would. */
const renewedLater = (slot: number) => `${slotName(slot)}.expires_at_ms >= :expires`;

/** The replaced stream is where this write gives its slot up. */
const replacedHere = (slot: number) => holds(slot, ":replaced");

/** The replaced stream has no slot that this write would leave to it. */
const replacedNotElsewhere = (slot: number) => `NOT ${holds(slot, ":replaced")}`;

/** When a change may be written: the whole truth about a start, a heartbeat, an end, an undoing. */
export function conditionOf(
  { kind, slot, clear, overReplaced = false, keptFree = [], isLate = false }: SlotChange,
  { replaceStreamId }: Pick<StartOrder, "replaceStreamId">,
  limit: number,
): string {
  if (kind === "take back") return untouched(slot);
  const others = [...Array(limit).keys()].filter((other) => other !== slot && other !== clear);
  const clauses = [
    kind === "take" ? (overReplaced ? replacedHere(slot) : free(slot)) : stillMine(slot),
    ...(kind === "take" ? others.map(notElsewhere) : []),
    ...(kind === "renew" ? [isLate ? renewedLater(slot) : notRenewedLater(slot)] : []),
    ...keptFree.map(free),
    ...(clear === undefined ? [] : [replacedHere(clear)]),
    ...(replaceStreamId === undefined ? [] : others.map(replacedNotElsewhere)),
  ];
  return clauses.join(" AND ");
}
