import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Days } from "../days/days.ts";
import { type Estimate, type PageTotal, type Totals, viewsOf } from "../estimates.ts";
import type { EndedEpoch, Epoch, Ledger, LedgerEntry } from "../ledger.ts";
import { PAGE_NAME } from "../page-name.ts";
import { type Item, movedIn, numberIn, numbers } from "./item.ts";

/** Most calls for one page of a list. */
const LIST_CALLS = 5;

interface Change {
  update: string;
  condition: string;
  values: Record<string, number>;
}

export interface LedgerStoreOptions {
  client: DynamoDBClient;
  table: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Where the day of a page is begun before its count is written. */
  days?: Pick<Days, "begin" | "isDue">;
}

/** The durable side of the counts: one item a page, changed by conditional single-item writes. */
export class LedgerStore implements Ledger, Totals {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #now: () => number;
  readonly #days: LedgerStoreOptions["days"];

  constructor({ client, table, now, days }: LedgerStoreOptions) {
    this.#days = days;
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  /** Rejects when the table does not answer. */
  async check(): Promise<void> {
    await this.#client.send(new DescribeTableCommand({ TableName: this.#table }));
  }

  async find(page: string): Promise<LedgerEntry | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: keyOf(page), ConsistentRead: true }),
    );
    return Item && toEntry(Item);
  }

  async begin(page: string, seen: LedgerEntry | undefined, epoch: Epoch): Promise<boolean> {
    const { condition, values } = unchangedSince(seen);
    const begun = this.#change(page, {
      update:
        "SET epoch = :epoch, reserved_to = :to, counted = :from, as_of = :now" +
        (epoch.replaced === undefined ? "" : " ADD set_from :replaced, set_to :from"),
      condition,
      values: {
        ...values,
        ...(epoch.replaced !== undefined && { ":replaced": epoch.replaced }),
        ":epoch": epoch.epoch,
        ":from": epoch.from,
        ":to": epoch.to,
        ":now": this.#now(),
      },
    });
    // A page that is new here may have been removed since its day began.
    const isDue = seen === undefined || this.#days?.isDue(page) === true;
    const dated = isDue ? this.#days?.begin(page, seen ? viewsOf(seen) : 0) : undefined;
    return (await Promise.all([begun, dated]))[0];
  }

  extend(page: string, { epoch, from, to }: Epoch): Promise<boolean> {
    return this.#change(page, {
      update: "SET reserved_to = :to",
      condition: "epoch = :epoch AND reserved_to = :from",
      values: { ":epoch": epoch, ":from": from, ":to": to },
    });
  }

  async settle(page: string, { epoch, count }: EndedEpoch): Promise<void> {
    /** The epoch's own entry, or one that is lost or older. */
    const isNotLater = "(attribute_not_exists(epoch) OR epoch <= :epoch)";
    /** Nothing was counted beyond it, by the DynamoDB store for one. */
    const isNotAbove = "(attribute_not_exists(counted) OR counted <= :count)";
    await this.#change(page, {
      update: "SET epoch = :next, reserved_to = :count, counted = :count, as_of = :now",
      condition: `${isNotLater} AND ${isNotAbove}`,
      values: { ":epoch": epoch, ":next": epoch + 1, ":count": count, ":now": this.#now() },
    });
  }

  async rollUp(page: string, epoch: number, { count, asOfMs }: Estimate): Promise<void> {
    if (this.#days?.isDue(page) === true) {
      const known = await this.find(page);
      if (known !== undefined) await this.#days.begin(page, viewsOf(known));
    }
    await this.#change(page, {
      update: "SET counted = :count, as_of = :as_of",
      condition: "epoch = :epoch AND counted < :count",
      values: { ":epoch": epoch, ":count": count, ":as_of": asOfMs },
    });
  }

  async remove(page: string): Promise<void> {
    await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key: keyOf(page) }));
  }

  /** A page may be short, even empty, and not the last: then the table took too many calls. */
  async list(limit: number, after?: string) {
    const items: Item[] = [];
    let from = after;
    // One more than asked for tells whether a further page would have anything.
    for (let call = 0; call < LIST_CALLS && items.length <= limit; call += 1) {
      const reply = await this.#scan(limit + 1 - items.length, from);
      items.push(...(reply.Items ?? []).filter(isPage));
      from = reply.LastEvaluatedKey?.["page"]?.S;
      if (from === undefined) break;
    }
    const pages = items.slice(0, limit).map((item): PageTotal => ({
      page: item["page"]?.S ?? "",
      ...toEntry(item),
    }));
    return { pages, next: items.length > limit ? pages.at(-1)?.page : from };
  }

  #scan(limit: number, after: string | undefined) {
    const command = new ScanCommand({
      TableName: this.#table,
      Limit: limit,
      ...(after !== undefined && { ExclusiveStartKey: keyOf(after) }),
      ProjectionExpression: "page, counted, as_of",
    });
    return this.#client.send(command);
  }

  /** False, and nothing changed, when the condition does not hold. */
  async #change(page: string, { update, condition, values }: Change): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: keyOf(page),
          UpdateExpression: update,
          ConditionExpression: condition,
          ExpressionAttributeValues: numbers(values),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

/** The page is as it was seen: nothing counted, set or reserved since. */
function unchangedSince(seen: LedgerEntry | undefined) {
  const attributes = { counted: seen?.count, epoch: seen?.epoch, reserved_to: seen?.reservedTo };
  const clauses: string[] = [];
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) clauses.push(`attribute_not_exists(${name})`);
    else {
      clauses.push(`${name} = :seen_${name}`);
      values[`:seen_${name}`] = value;
    }
  }
  return { condition: clauses.join(" AND "), values };
}

/** The table has an item of another kind: the top pages. */
function isPage(item: Item): boolean {
  return PAGE_NAME.test(item["page"]?.S ?? "");
}

function keyOf(page: string): Item {
  return { page: { S: page } };
}

function toEntry(item: Item): LedgerEntry {
  return {
    epoch: numberIn(item, "epoch"),
    reservedTo: numberIn(item, "reserved_to"),
    ...toEstimate(item),
  };
}

function toEstimate(item: Item): Estimate {
  const moved = movedIn(item);
  return {
    count: numberIn(item, "counted") ?? 0,
    asOfMs: numberIn(item, "as_of") ?? 0,
    ...(moved !== 0 && { moved }),
  };
}
