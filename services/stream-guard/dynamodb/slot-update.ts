import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { LeaseOrder, LossReason } from "../leases.ts";
import { endedName, type SlotChange, slotName } from "./slots.ts";

export type Item = Record<string, AttributeValue>;

/** An order, with what some of them say beside. */
export type ChangeOrder = LeaseOrder & {
  replaceStreamId?: string | undefined;
  reason?: LossReason;
  signal?: AbortSignal | undefined;
};

/** Left for clocks, and for looking at what happened, before DynamoDB may sweep an idle caller. */
const SWEEP_MARGIN_SECONDS = 3_600;

/** What a change writes. Who gives up a slot is recorded, so that its player learns why. */
export function updateOf(change: SlotChange): string {
  const { kind, slot, clear, overReplaced = false, isLate = false } = change;
  const name = slotName(slot);
  const replaced = overReplaced ? slot : clear;
  const recorded = replaced === undefined ? "" : `, ${endedName(replaced)} = :replacement`;
  const removed = clear === undefined ? [] : [slotName(clear)];
  switch (kind) {
    case "take":
      return `SET ${name} = :lease, expires_at = :sweep${recorded}${remove(removed)}`;
    case "renew":
      return (
        `SET ${name}.expires_at_ms = ${isLate ? `${name}.expires_at_ms` : ":expires"}` +
        `, expires_at = :sweep${recorded}` +
        remove([`${name}.taken_by`, ...removed])
      );
    case "end":
      return `SET ${endedName(slot)} = :end${remove([name])}`;
    case "take back":
      return remove([name]).trim();
  }
}

function remove(paths: readonly string[]): string {
  return paths.length === 0 ? "" : ` REMOVE ${paths.join(", ")}`;
}

/** The values that an expression names; DynamoDB refuses any other. */
export function valuesIn(expression: string, order: ChangeOrder): Item {
  const { streamId, replaceStreamId = "", nowMs, expiresAtMs, orderId } = order;
  const sweepAt = Math.ceil(expiresAtMs / 1_000) + SWEEP_MARGIN_SECONDS;
  const stream = { S: streamId };
  const now = { N: String(nowMs) };
  const expires = { N: String(expiresAtMs) };
  const by = { S: orderId };
  const lease = { stream_id: stream, started_at_ms: now, expires_at_ms: expires, taken_by: by };
  const ended = (id: string, reason: LossReason) => ({
    M: { stream_id: { S: id }, reason: { S: reason }, ended_by: by, known_until_ms: expires },
  });
  const values: Item = {
    ":stream": stream,
    ":replaced": { S: replaceStreamId },
    ":now": now,
    ":expires": expires,
    ":sweep": { N: String(sweepAt) },
    ":order": by,
    ":lease": { M: lease },
    ":end": ended(streamId, order.reason ?? "ended"),
    ":replacement": ended(replaceStreamId, "replaced"),
  };
  const named = new Set(expression.match(/:\w+/g));
  return Object.fromEntries(Object.entries(values).filter(([name]) => named.has(name)));
}
