import { type AttributeValue, DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { LedgerStore } from "../../dynamodb/ledger-store.ts";
import type { LedgerEntry } from "../../ledger.ts";
import type { LocalStores } from "../local-stores.ts";
import { ReservationWalk, walks } from "./reservation-walk.ts";

const table = "counters";

/** Takes so many walks, each on a page of its own; a failure names its seed and its shortest form. */
export async function walkPages(stores: LocalStores, options: fc.Parameters<unknown>) {
  const { redis, dynamodb } = stores;
  const ledger = new LedgerStore({ client: dynamodb, table, now: Date.now });
  let names = 0;
  const newName = () => `walk${(names += 1)}`;
  const restore = async (page: string, entry: LedgerEntry | undefined) => {
    const Key = { page: { S: page } };
    if (entry === undefined) {
      await dynamodb.send(new DeleteItemCommand({ TableName: table, Key }));
      return;
    }
    const { count, asOfMs, epoch, reservedTo } = entry;
    const numbers = { counted: count, as_of: asOfMs, epoch, reserved_to: reservedTo };
    const attributes = Object.entries(numbers)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, { N: String(value) }] as const);
    const Item: Record<string, AttributeValue> = { ...Key, ...Object.fromEntries(attributes) };
    await dynamodb.send(new PutItemCommand({ TableName: table, Item }));
  };
  const walk = fc.asyncProperty(walks, async ({ start, steps }) => {
    const page = newName();
    const options = { redis, ledger, page, newWriter: newName, restore };
    await new ReservationWalk(options).run(start, steps);
  });
  await fc.assert(walk, { includeErrorInReport: true, ...options });
}
