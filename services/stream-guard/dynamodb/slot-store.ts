import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { conditionOf } from "./lease-conditions.ts";
import type { LeaseOrder, StartOrder } from "../leases.ts";
import { type SlotChange, slotName, type Slots } from "./slots.ts";

type Item = Record<string, AttributeValue>;

/** Left for clocks, and for looking at what happened, before DynamoDB may sweep an idle caller. */
const SWEEP_MARGIN_SECONDS = 3_600;

export type ChangeOrder = LeaseOrder & Pick<StartOrder, "replaceStreamId">;

export interface SlotStoreOptions {
  client: DynamoDBClient;
  table: string;
  /** Slots of a caller. Those beyond, of a larger limit before, are lost to their streams. */
  limit: number;
}

/** The callers' slots in DynamoDB: one item a caller, with one attribute a slot. */
export class SlotStore {
  readonly #options: SlotStoreOptions;

  constructor(options: SlotStoreOptions) {
    this.#options = options;
  }

  /**
   * Makes the change if its condition holds, in one round trip and atomically.
   *
   * @returns the slots at that instant: after the write, or as they forbade it
   */
  async write(order: ChangeOrder, change: SlotChange): Promise<{ written: boolean; slots: Slots }> {
    const { client, table, limit } = this.#options;
    const update = updateOf(change);
    const condition = conditionOf(change, order, limit);
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(order.caller),
          UpdateExpression: update,
          ConditionExpression: condition,
          ExpressionAttributeValues: valuesIn(`${update} ${condition}`, order),
          ReturnValues: "ALL_NEW",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      return { written: true, slots: readSlots(Attributes, limit) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Nothing comes back where there was no item, nor from a local DynamoDB: then ask.
      const slots = error.Item && readSlots(error.Item, limit);
      return { written: false, slots: slots ?? (await this.read(order.caller)) };
    }
  }

  async read(caller: string): Promise<Slots> {
    const { client, table, limit } = this.#options;
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyOf(caller), ConsistentRead: true }),
    );
    return readSlots(Item, limit);
  }

  /** Rejects, saying why, when the table cannot be used. */
  async check(): Promise<void> {
    const { client, table } = this.#options;
    await client.send(new DescribeTableCommand({ TableName: table }));
  }
}

function keyOf(caller: string): Item {
  return { id: { S: `caller#${caller}` } };
}

function readSlots(item: Item | undefined, limit: number): Slots {
  return Array.from({ length: limit }, (_, slot) => {
    const lease = item?.[slotName(slot)]?.M;
    if (lease === undefined) return undefined;
    return {
      streamId: lease["stream_id"]?.S ?? "",
      startedAtMs: Number(lease["started_at_ms"]?.N),
      expiresAtMs: Number(lease["expires_at_ms"]?.N),
    };
  });
}

function updateOf({ kind, slot, clear }: SlotChange): string {
  const name = slotName(slot);
  const cleared = clear === undefined ? "" : ` REMOVE ${slotName(clear)}`;
  switch (kind) {
    case "take":
      return `SET ${name} = :lease, expires_at = :sweep${cleared}`;
    case "renew":
      return `SET ${name}.expires_at_ms = :expires, expires_at = :sweep${cleared}`;
    case "end":
      return `REMOVE ${name}`;
  }
}

/** The values that an expression names; DynamoDB refuses any other. */
function valuesIn(expression: string, order: ChangeOrder): Item {
  const { streamId, replaceStreamId = "", nowMs, expiresAtMs } = order;
  const sweepAt = Math.ceil(expiresAtMs / 1_000) + SWEEP_MARGIN_SECONDS;
  const stream = { S: streamId };
  const now = { N: String(nowMs) };
  const expires = { N: String(expiresAtMs) };
  const values: Item = {
    ":stream": stream,
    ":replaced": { S: replaceStreamId },
    ":now": now,
    ":expires": expires,
    ":sweep": { N: String(sweepAt) },
    ":lease": { M: { stream_id: stream, started_at_ms: now, expires_at_ms: expires } },
  };
  const named = new Set(expression.match(/:\w+/g));
  return Object.fromEntries(Object.entries(values).filter(([name]) => named.has(name)));
}
