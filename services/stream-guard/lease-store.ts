import { createHash } from "node:crypto";
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { StoreUnavailable } from "../../shared/store-unavailable.ts";
import type { Lease, LeaseKey, LeaseOrder, LeaseStore, StartOrder } from "./guard.ts";
import { conditionOf } from "./lease-conditions.ts";
import {
  findLive,
  liveLeases,
  planStart,
  readSlots,
  type SlotChange,
  slotName,
  type Slots,
} from "./slots.ts";

/** Each lost round is another start's or end's gain; nobody loses this many but in a storm. */
const MAX_ROUNDS = 20;
/** Left for clocks, and for looking at what happened, before DynamoDB may sweep an idle caller. */
const SWEEP_MARGIN_SECONDS = 3_600;

type Order = LeaseKey & Partial<LeaseOrder> & Pick<StartOrder, "replaceStreamId">;

interface Settled {
  /** What was written; undefined when there was nothing to write. */
  change: SlotChange | undefined;
  /** The slots afterwards. */
  slots: Slots;
}

export interface DynamoDBLeaseStoreOptions {
  client: DynamoDBClient;
  table: string;
  /** Slots of a caller. Those beyond, of a larger limit before, are lost to their streams. */
  limit: number;
}

/**
 * One item a caller, with one attribute a slot; every change is one conditional update of it.
 *
 * The slot is guessed by the stream's id, so that nothing has to be read before. A failed
 * condition returns the item as it was at that instant, and with it what to write instead: another
 * slot, a renewal, or nothing because the caller has as many streams as allowed.
 */
export class DynamoDBLeaseStore implements LeaseStore {
  readonly #options: DynamoDBLeaseStoreOptions;

  constructor(options: DynamoDBLeaseStoreOptions) {
    this.#options = options;
  }

  async start(order: StartOrder) {
    const guess = this.#guess(order.replaceStreamId ?? order.streamId);
    const overReplaced = order.replaceStreamId !== undefined;
    const { change, slots } = await this.#settle(order, (known) =>
      known === undefined
        ? { kind: "take", slot: guess, overReplaced }
        : planStart(known, order, guess),
    );
    const live = liveLeases(slots, order.nowMs);
    if (change === undefined) return { result: "refused", live } as const;
    return { result: change.kind === "renew" ? "renewed" : "started", live } as const;
  }

  async renew(order: LeaseOrder): Promise<readonly Lease[] | undefined> {
    return this.#changeOwn("renew", order);
  }

  async end(key: LeaseKey): Promise<readonly Lease[] | undefined> {
    return this.#changeOwn("end", key);
  }

  async list(caller: string, nowMs: number): Promise<readonly Lease[]> {
    return liveLeases(await this.#read(caller), nowMs);
  }

  async #changeOwn(kind: "renew" | "end", order: Order): Promise<readonly Lease[] | undefined> {
    const { streamId, nowMs } = order;
    const guess = this.#guess(streamId);
    const { change, slots } = await this.#settle(order, (known) => {
      const slot = known === undefined ? guess : findLive(known, streamId, nowMs);
      return slot === undefined ? undefined : { kind, slot };
    });
    return change && liveLeases(slots, nowMs);
  }

  /** Plans and writes until the plan fits what the slots really hold. */
  async #settle(
    order: Order,
    plan: (known: Slots | undefined) => SlotChange | undefined,
  ): Promise<Settled> {
    let known: Slots | undefined;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const change = plan(known);
      if (change === undefined) return { change, slots: known ?? [] };
      const { written, slots } = await this.#write(order, change);
      if (written) return { change, slots };
      known = slots;
    }
    throw new StoreUnavailable("dynamodb", new Error(`${MAX_ROUNDS} rounds lost to other writes`));
  }

  async #write(order: Order, change: SlotChange): Promise<{ written: boolean; slots: Slots }> {
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
      return { written: false, slots: slots ?? (await this.#read(order.caller)) };
    }
  }

  async #read(caller: string): Promise<Slots> {
    const { client, table, limit } = this.#options;
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyOf(caller), ConsistentRead: true }),
    );
    return readSlots(Item, limit);
  }

  /** The same slot on every instance, so that a heartbeat finds it without looking. */
  #guess(streamId: string): number {
    return createHash("sha256").update(streamId).digest().readUInt32BE() % this.#options.limit;
  }
}

function keyOf(caller: string): Record<string, AttributeValue> {
  return { id: { S: `caller#${caller}` } };
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
function valuesIn(expression: string, order: Order): Record<string, AttributeValue> {
  const { streamId, replaceStreamId = "", nowMs, expiresAtMs = nowMs } = order;
  const sweepAt = Math.ceil(expiresAtMs / 1_000) + SWEEP_MARGIN_SECONDS;
  const stream = { S: streamId };
  const expires = { N: String(expiresAtMs) };
  const values: Record<string, AttributeValue> = {
    ":stream": stream,
    ":replaced": { S: replaceStreamId },
    ":now": { N: String(nowMs) },
    ":expires": expires,
    ":sweep": { N: String(sweepAt) },
    ":lease": {
      M: { stream_id: stream, started_at_ms: { N: String(nowMs) }, expires_at_ms: expires },
    },
  };
  const named = new Set(expression.match(/:\w+/g));
  return Object.fromEntries(Object.entries(values).filter(([name]) => named.has(name)));
}
