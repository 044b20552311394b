import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Day, DayStore } from "../../days/days.ts";
import { type Item, numberIn, numbers, unlessRefused } from "../item.ts";

const DAY_MS = 86_400_000;
/** DynamoDB forgets a year's item in the February of the third year after it. */
const KEPT_YEARS = 3;

export interface DayStoreOptions {
  client: DynamoDBClient;
  table: string;
}

/**
 * Days in DynamoDB, one item for each page and year.
 *
 * The item holds, of each day with hits, `from_<MMDD>`, the views before it. A full year has about
 * six kilobytes.
 */
export class DynamoDBDayStore implements DayStore {
  readonly #options: DayStoreOptions;

  constructor(options: DayStoreOptions) {
    this.#options = options;
  }

  async begin(page: string, day: number, views: number): Promise<void> {
    const { client, table: TableName } = this.#options;
    const { year, name } = dateOf(day);
    const from = `from_${name}`;
    const command = new UpdateItemCommand({
      ...{ TableName, Key: keyOf(page, year) },
      UpdateExpression: `SET ${from} = :views, expires_at = :expiry`,
      // Of the instances that begin the day, the one that counted first may come last.
      ConditionExpression: `attribute_not_exists(${from}) OR ${from} > :views`,
      ExpressionAttributeValues: numbers({ ":views": views, ":expiry": expiryOf(year) }),
    });
    await unlessRefused(client.send(command));
  }

  async find(page: string, first: number, last: number): Promise<Day[]> {
    const { client, table: TableName } = this.#options;
    const years = await Promise.all(
      yearsOf(first, last).map(async (year) => {
        const { Item = {} } = await client.send(
          new GetItemCommand({ TableName, Key: keyOf(page, year), ConsistentRead: true }),
        );
        return daysIn(Item, year);
      }),
    );
    return years.flat();
  }

  async remove(page: string, first: number, last: number): Promise<void> {
    const { client, table: TableName } = this.#options;
    const remove = (year: number) =>
      client.send(new DeleteItemCommand({ TableName, Key: keyOf(page, year) }));
    await Promise.all(yearsOf(first, last).map(remove));
  }
}

/** No name of a page has a space. */
function keyOf(page: string, year: number): Item {
  return { page: { S: `${page} ${year}` } };
}

function dateOf(day: number): { year: number; name: string } {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), name: date.toISOString().slice(5, 10).replace("-", "") };
}

function yearsOf(first: number, last: number): number[] {
  const { year } = dateOf(first);
  return Array.from({ length: dateOf(last).year - year + 1 }, (_, index) => year + index);
}

/** In seconds since the epoch. */
function expiryOf(year: number): number {
  return Date.UTC(year + KEPT_YEARS, 1, 1) / 1_000;
}

/** Oldest first. */
function daysIn(item: Item, year: number): Day[] {
  return Object.keys(item)
    .filter((name) => name.startsWith("from_"))
    .sort()
    .map((name) => {
      const date = name.slice("from_".length);
      return {
        day: Date.UTC(year, Number(date.slice(0, 2)) - 1, Number(date.slice(2))) / DAY_MS,
        from: numberIn(item, name) ?? 0,
      };
    });
}
