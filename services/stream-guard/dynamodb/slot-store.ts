import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { readCallerItem } from "./caller-item.ts";
import { conditionOf } from "./lease-conditions.ts";
import { type ChangeOrder, type Item, updateOf, valuesIn } from "./slot-update.ts";
import { type CallerSlots, isDone, type SlotChange } from "./slots.ts";

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
   * The client sends a call again when the reply was lost. What the first one wrote then forbids
   * the second, and is recognised by the order's id.
   *
   * @returns the slots at that instant: after the write, or as they forbade it
   */
  async write(
    order: ChangeOrder,
    change: SlotChange,
  ): Promise<CallerSlots & { isWritten: boolean }> {
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
      return { isWritten: true, ...readCallerItem(Attributes, limit) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Nothing comes back where there was no item, nor from a local DynamoDB: then ask.
      const found = error.Item && readCallerItem(error.Item, limit);
      const now = found ?? (await this.read(order.caller));
      return { isWritten: isDone(now, change, order.orderId), ...now };
    }
  }

  async read(caller: string): Promise<CallerSlots> {
    const { client, table, limit } = this.#options;
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyOf(caller), ConsistentRead: true }),
    );
    return readCallerItem(Item, limit);
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
