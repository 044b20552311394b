import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { PageTotal } from "../../estimates.ts";
import type { TopList, TopListStore } from "../../top/top-pages.ts";
import { type Item, numberIn, numbers, unlessRefused } from "../item.ts";

/** No page has a blank in its name. */
const KEY = { page: { S: "top pages" } };

export interface TopItemOptions {
  client: DynamoDBClient;
  /** That of the counters. */
  table: string;
}

/** The list of top pages as one item of the counters' table, of at most 5 KB. */
export class TopItem implements TopListStore {
  readonly #options: TopItemOptions;

  constructor(options: TopItemOptions) {
    this.#options = options;
  }

  async find(): Promise<TopList> {
    const { client, table } = this.#options;
    const command = new GetItemCommand({ TableName: table, Key: KEY, ConsistentRead: true });
    const { Item: item = {} } = await client.send(command);
    const pages = item["pages"]?.L ?? [];
    return {
      pages: pages.map(({ M = {} }) => toTotal(M)),
      version: numberIn(item, "version") ?? 0,
    };
  }

  async replace(pages: readonly PageTotal[], seen: number): Promise<boolean> {
    const { client, table } = this.#options;
    const isAsSeen = seen === 0 ? "attribute_not_exists(version)" : "version = :seen";
    const command = new UpdateItemCommand({
      ...{ TableName: table, Key: KEY, ConditionExpression: isAsSeen },
      UpdateExpression: "SET pages = :pages, version = :next",
      ExpressionAttributeValues: {
        ...numbers({ ":next": seen + 1, ...(seen > 0 && { ":seen": seen }) }),
        ":pages": { L: pages.map((each) => ({ M: toMap(each) })) },
      },
    });
    return (await unlessRefused(client.send(command))) !== undefined;
  }
}

function toMap({ page, count, asOfMs }: PageTotal): Item {
  return { page: { S: page }, ...numbers({ counted: count, as_of: asOfMs }) };
}

function toTotal(item: Item): PageTotal {
  return {
    page: item["page"]?.S ?? "",
    count: numberIn(item, "counted") ?? 0,
    asOfMs: numberIn(item, "as_of") ?? 0,
  };
}
