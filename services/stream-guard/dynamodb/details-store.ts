import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import type { DetailsStore, Lease, StreamDetails } from "../leases.ts";

type Item = Record<string, AttributeValue>;

/** Longer than the day after which a living stream's details are written again. */
const KEPT_SECONDS = 3 * 86_400;
const MAX_READS = 5;
const OWN_ATTRIBUTES = new Set(["id", "expires_at"]);

export interface DynamoDBDetailsStoreOptions {
  client: DynamoDBClient;
  table: string;
}

/**
 * One item a lease, named by it: an id that is used again starts with nothing known, and what a
 * stream leaves behind is never shown and swept in a few days.
 */
export class DynamoDBDetailsStore implements DetailsStore {
  readonly #options: DynamoDBDetailsStoreOptions;

  constructor(options: DynamoDBDetailsStoreOptions) {
    this.#options = options;
  }

  async save(caller: string, lease: Lease, details: StreamDetails): Promise<void> {
    const { client, table } = this.#options;
    const sweepAt = Math.ceil(lease.expiresAtMs / 1_000) + KEPT_SECONDS;
    const attributes = { ...details, expires_at: sweepAt };
    const entries = Object.entries(attributes).map(([name, value], index) => ({
      name,
      value: toAttribute(value),
      variable: `:v${index}`,
    }));
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: keyOf(caller, lease),
        UpdateExpression: `SET ${entries.map(({ name, variable }) => `#${name} = ${variable}`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(entries.map(({ name }) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          entries.map(({ variable, value }) => [variable, value]),
        ),
      }),
    );
  }

  async find(caller: string, leases: readonly Lease[]): Promise<readonly StreamDetails[]> {
    const keys = leases.map((lease) => keyOf(caller, lease));
    const items = new Map((await this.#read(keys)).map((item) => [item["id"]?.S, item]));
    return keys.map(({ id }) => readDetails(items.get(id?.S) ?? {}));
  }

  /** DynamoDB may answer a part of a batch and leave the rest to be asked for again. */
  async #read(keys: readonly Item[]): Promise<readonly Item[]> {
    const { client, table } = this.#options;
    const found: Item[] = [];
    let missing: readonly Item[] = keys;
    for (let reads = 0; missing.length > 0; reads += 1) {
      if (reads === MAX_READS) throw unread();
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetItemCommand({
          RequestItems: { [table]: { Keys: [...missing], ConsistentRead: true } },
        }),
      );
      found.push(...(Responses?.[table] ?? []));
      missing = UnprocessedKeys?.[table]?.Keys ?? [];
    }
    return found;
  }
}

function unread(): StoreUnavailable {
  const cause = new Error(`some items of a batch were left out ${MAX_READS} times`);
  return new StoreUnavailable("dynamodb", cause, { reason: "throttled", mayHaveRun: false });
}

function keyOf(caller: string, { streamId, startedAtMs }: Lease): Item {
  return { id: { S: `stream#${caller}#${streamId}#${startedAtMs}` } };
}

function toAttribute(value: string | number | boolean): AttributeValue {
  if (typeof value === "string") return { S: value };
  return typeof value === "number" ? { N: String(value) } : { BOOL: value };
}

function readDetails(item: Item): StreamDetails {
  const known = Object.entries(item).filter(([name]) => !OWN_ATTRIBUTES.has(name));
  return Object.fromEntries(
    known.map(([name, { S, N, BOOL }]) => [name, S ?? BOOL ?? Number(N)] as const),
  );
}
