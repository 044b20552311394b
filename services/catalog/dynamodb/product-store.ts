import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { ExponentialBackoff, handleType, retry } from "cockatiel";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import type {
  Expected,
  Product,
  ProductPage,
  ProductStore,
  PutResult,
  RemoveResult,
  StoredProduct,
} from "../catalog.ts";
import { fromDecimal, toDecimal } from "../price.ts";

/** Of two products with one id the first stays. */
const IS_ABSENT = "attribute_not_exists(id)";
/** `If-Match: *` */
const IS_THERE = "attribute_exists(id)";
/** No version at all is expected, so none will do; an empty list is no condition. */
const IS_NEVER = `${IS_THERE} AND ${IS_ABSENT}`;

/** How often one write is sent at most. */
export const WRITE_ATTEMPTS = 2;

type Item = Record<string, AttributeValue>;

export interface DynamoDBProductStoreOptions {
  /** Sends each call once: only this store knows which of them may run twice. */
  client: DynamoDBClient;
  table: string;
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
  readonly #newVersion: () => string;
  readonly #twice = retry(handleType(StoreUnavailable), {
    maxAttempts: WRITE_ATTEMPTS - 1,
    backoff: new ExponentialBackoff({ initialDelay: 25 }),
  });

  constructor({ client, table, newVersion }: DynamoDBProductStoreOptions) {
    this.#client = client;
    this.#table = table;
    this.#newVersion = newVersion;
  }

  /** Rejects when the table does not answer. */
  async ping(): Promise<void> {
    await this.#client.send(new DescribeTableCommand({ TableName: this.#table }));
  }

  async find(id: number): Promise<StoredProduct | undefined> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: keyOf(id),
      ConsistentRead: true,
    });
    const { Item } = await this.#twice.execute(() => this.#client.send(command));
    return Item && toProduct(Item);
  }

  async list(limit: number, after?: number): Promise<ProductPage> {
    const command = new ScanCommand({
      TableName: this.#table,
      // One more than asked for tells whether there is a next page.
      Limit: limit + 1,
      ...(after !== undefined && { ExclusiveStartKey: keyOf(after) }),
    });
    const { Items = [] } = await this.#twice.execute(() => this.#client.send(command));
    const products = Items.slice(0, limit).map(toProduct);
    return { products, nextAfter: Items.length > limit ? products.at(-1)?.id : undefined };
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
      return written && { outcome: "replaced", product: stored };
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
      await this.#twice.execute(() => this.#client.send(command));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The condition also fails for the second of two calls whose first one got through.
      const there = error.Item ? toProduct(error.Item) : await this.find(stored.id);
      return there?.version === stored.version || undefined;
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

interface Condition {
  ConditionExpression: string;
  ExpressionAttributeValues?: Item;
}

function conditionOf(expected: Expected): Condition {
  if (expected === "any") return { ConditionExpression: IS_THERE };
  if (expected.length === 0) return { ConditionExpression: IS_NEVER };
  const values = expected.map((version, index) => [`:v${index}`, { S: version }] as const);
  return {
    ConditionExpression: `version IN (${values.map(([name]) => name).join(", ")})`,
    ExpressionAttributeValues: Object.fromEntries(values),
  };
}

function keyOf(id: number): Item {
  return { id: { N: String(id) } };
}

function toItem({ id, name, priceCents, version }: StoredProduct): Item {
  return {
    ...keyOf(id),
    name: { S: name },
    price: { N: toDecimal(priceCents) },
    version: { S: version },
  };
}

function toProduct({ id, name, price, version }: Item): StoredProduct {
  return {
    id: Number(id?.N),
    name: name?.S ?? "",
    priceCents: fromDecimal(price?.N ?? "none"),
    version: version?.S ?? "",
  };
}
