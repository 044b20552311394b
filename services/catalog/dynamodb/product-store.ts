import { setTimeout as delay } from "node:timers/promises";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import type { Log } from "../../../shared/kit/process/log.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import {
  type Expected,
  type Product,
  type ProductPage,
  type ProductStore,
  type PutResult,
  type RemoveResult,
  type StoredProduct,
  UnreadableProduct,
} from "../product-store.ts";
import { RETRY_PAUSE_MS } from "../resilience/deadlines.ts";
import { hasProductId, type Item, keyOf, toItem, toProduct } from "./product-item.ts";

/** Of two products with one id the first stays. */
const IS_ABSENT = "attribute_not_exists(id)";
/** `If-Match: *` */
const IS_THERE = "attribute_exists(id)";
/** No version at all is expected, so none will do; an empty list is no condition. */
const IS_NEVER = `${IS_THERE} AND ${IS_ABSENT}`;

/** Calls for one page of the list; a table of empty pages must not hold a request without end. */
const MAX_SCANS = 20;

export interface DynamoDBProductStoreOptions {
  /** Sends each call once: only this store knows which of them may run twice. */
  client: DynamoDBClient;
  table: string;
  log: Log;
  /** A text never given before. */
  newVersion: () => string;
}

/**
 * Products in DynamoDB, one item each, the price as an exact decimal.
 *
 * A call whose reply was lost is sent once more where running twice does no harm: reads, and writes
 * under a condition, which find their own version there when the first one had arrived after all.
 */
export class DynamoDBProductStore implements ProductStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #log: Log;
  readonly #newVersion: () => string;
  constructor({ client, table, log, newVersion }: DynamoDBProductStoreOptions) {
    this.#client = client;
    this.#table = table;
    this.#log = log;
    this.#newVersion = newVersion;
  }

  /** Rejects when the table does not answer. */
  async check(): Promise<void> {
    await this.#client.send(new DescribeTableCommand({ TableName: this.#table }));
  }

  async find(id: number): Promise<StoredProduct | undefined> {
    const item = await this.#get(id);
    return item && toProduct(item);
  }

  async list(limit: number, after?: number): Promise<ProductPage> {
    const items: Item[] = [];
    let next = after === undefined ? undefined : keyOf(after);
    // A page of DynamoDB may be short, or empty, long before the table ends: only the missing key
    // tells the end. One item more than asked for tells whether there is a next page.
    // A page ends at the id of a product: callers cannot ask for what comes after any other.
    for (let scans = 0; scans < MAX_SCANS || (next && !hasProductId(next)); scans += 1) {
      const { Items = [], LastEvaluatedKey } = await this.#scan(limit + 1 - items.length, next);
      items.push(...Items.filter((item) => this.#isOfProduct(item)));
      next = LastEvaluatedKey;
      if (next === undefined || items.length > limit) break;
    }
    const page = items.slice(0, limit);
    const last = items.length > limit ? page.at(-1) : next;
    return {
      products: page.flatMap((item) => this.#toReadable(item)),
      nextAfter: last && Number(last.id?.N),
    };
  }

  async create(product: Product): Promise<StoredProduct | undefined> {
    const stored = { ...product, version: this.#newVersion() };
    const written = await this.#putUnder(stored, { ConditionExpression: IS_ABSENT });
    return written && stored;
  }

  async put(product: Product, expected?: Expected): Promise<PutResult> {
    const stored = { ...product, version: this.#newVersion() };
    if (expected !== undefined) {
      const written = await this.#putUnder(stored, conditionOf(expected));
      return written && { outcome: expected === "none" ? "created" : "replaced", product: stored };
    }
    // Sent once: a second one could undo what somebody wrote in between.
    const { Attributes } = await this.#client.send(this.#putCommand(stored));
    return { outcome: Attributes === undefined ? "created" : "replaced", product: stored };
  }

  async remove(id: number, expected?: Expected): Promise<RemoveResult> {
    const command = new DeleteItemCommand({
      TableName: this.#table,
      Key: keyOf(id),
      ReturnValues: "ALL_OLD",
      ...(expected !== undefined && conditionOf(expected)),
    });
    try {
      const { Attributes } = await this.#client.send(command);
      return Attributes === undefined ? "absent" : "removed";
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return "mismatch";
      throw error;
    }
  }

  /** Undefined when the condition failed. */
  async #putUnder(stored: StoredProduct, condition: Condition): Promise<true | undefined> {
    const command = this.#putCommand(stored, condition);
    try {
      await sendTwice(() => this.#client.send(command));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The condition also fails for the second of two calls whose first one got through.
      const there = error.Item ?? (await this.#get(stored.id));
      return there?.version?.S === stored.version || undefined;
    }
  }

  async #get(id: number): Promise<Item | undefined> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: keyOf(id),
      ConsistentRead: true,
    });
    return (await sendTwice(() => this.#client.send(command))).Item;
  }

  #scan(limit: number, after: Item | undefined) {
    const command = new ScanCommand({
      TableName: this.#table,
      Limit: limit,
      ConsistentRead: true,
      ...(after && { ExclusiveStartKey: after }),
    });
    return sendTwice(() => this.#client.send(command));
  }

  #isOfProduct(item: Item): boolean {
    const isOf = hasProductId(item);
    if (!isOf) this.#log.error({ id: item.id?.N }, "the list leaves out an id of no product");
    return isOf;
  }

  /** One damaged item must not take the others with it. */
  #toReadable(item: Item): StoredProduct[] {
    try {
      return [toProduct(item)];
    } catch (error) {
      if (!(error instanceof UnreadableProduct)) throw error;
      this.#log.error(
        { err: error, product: error.id },
        "the list leaves out an unreadable product",
      );
      return [];
    }
  }

  #putCommand(stored: StoredProduct, condition?: Condition): PutItemCommand {
    return new PutItemCommand({
      TableName: this.#table,
      Item: toItem(stored),
      ReturnValues: "ALL_OLD",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      ...condition,
    });
  }
}

/** Sends a call that may run twice once more when the store did not answer; see deadlines.ts. */
async function sendTwice<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (first) {
    if (!(first instanceof StoreUnavailable)) throw first;
    await delay(RETRY_PAUSE_MS);
    return send().catch((second: unknown) => {
      // That the second one did not run proves nothing of the first.
      throw second instanceof StoreUnavailable && first.mayHaveRun ? first : second;
    });
  }
}

interface Condition {
  ConditionExpression: string;
  ExpressionAttributeValues?: Item;
}

function conditionOf(expected: Expected): Condition {
  if (expected === "none") return { ConditionExpression: IS_ABSENT };
  if (expected === "any") return { ConditionExpression: IS_THERE };
  if (expected.length === 0) return { ConditionExpression: IS_NEVER };
  const values = expected.map((version, index) => [`:v${index}`, { S: version }] as const);
  return {
    ConditionExpression: `version IN (${values.map(([name]) => name).join(", ")})`,
    ExpressionAttributeValues: Object.fromEntries(values),
  };
}
