import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { SeededFaults } from "../../../shared/tools/testing/dynamodb-faults.ts";
import type { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import { StrictTables } from "../../../shared/tools/testing/strict-tables.ts";
import { LedgerStore } from "./ledger-store.ts";

const table = "counters";
const names = Array.from({ length: 12 }, (_, index) => `page-${index}`);

describe("LedgerStore, listing twelve pages", () => {
  let tables: StrictTables;
  let proxy: StrictDynamoDB;
  let client: DynamoDBClient;
  let ledger: LedgerStore;

  before(async () => {
    tables = await StrictTables.start();
    ({ proxy, client } = tables);
    ledger = new LedgerStore({ client, table, now: Date.now });
    for (const name of names) {
      await client.send(new PutItemCommand({ TableName: table, Item: { page: { S: name } } }));
    }
  });
  beforeEach(() => {
    proxy.seededFaults = undefined;
    proxy.takeCalls();
  });
  after(() => tables[Symbol.asyncDispose]());

  /** The names of each page of the list. */
  const listAll = async (limit: number) => {
    const lists: string[][] = [];
    let next: string | undefined;
    do {
      const list = await ledger.list(limit, next);
      lists.push(list.pages.map(({ page }) => page));
      ({ next } = list);
    } while (next !== undefined);
    return lists;
  };

  it("gives each page once, and no cursor to nothing", async () => {
    for (const [limit, sizes] of [
      [4, [4, 4, 4]],
      [5, [5, 5, 2]],
      [12, [12]],
      [100, [12]],
    ] as const) {
      const lists = await listAll(limit);
      expect(lists.map(({ length }) => length)).to.deep.equal(sizes);
      expect(lists.flat()).to.have.members(names);
    }
    expect(proxy.takeCalls()).to.have.lengthOf(8);
  });

  it("follows short and empty pages until its own is full", async () => {
    proxy.seededFaults = new SeededFaults(3, { shortPage: 0.5 });
    const lists = await listAll(3);
    expect(lists.map(({ length }) => length)).to.deep.equal([3, 3, 3, 3]);
    expect(lists.flat()).to.have.members(names);
    expect(proxy.takeCalls()).to.have.length.above(4);
  });

  it("gives what it has, and where to go on, after five calls", async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      proxy.seededFaults = new SeededFaults(seed, { shortPage: 1 });
      const list = await ledger.list(12);
      expect(proxy.takeCalls()).to.have.length.at.most(5);
      proxy.seededFaults = undefined;
      const rest = list.next === undefined ? [] : (await ledger.list(100, list.next)).pages;
      proxy.takeCalls();
      const seen = [...list.pages, ...rest].map(({ page }) => page);
      expect(seen).to.have.members(names);
    }
  });
});
