import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import type { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import { StrictTables } from "../../../shared/tools/testing/strict-tables.ts";
import { ItemStore } from "./item-store.ts";

const table = "counters";
const NOON = Date.UTC(2026, 0, 1, 12);
const HOUR_MS = 3_600_000;
/** As long as the names of the real processes. */
const writerName = (index: number) => String(index).padStart(32, "w");

describe("ItemStore, sweeping its item", () => {
  let tables: StrictTables;
  let proxy: StrictDynamoDB;
  let client: DynamoDBClient;
  let nowMs: number;
  let pages = 0;

  const newPage = () => `page-${(pages += 1)}`;
  const open = (writer: number) =>
    new ItemStore({
      ...{ client, table, writer: writerName(writer), now: () => nowMs, random: () => 0 },
    });
  const hit = (store: ItemStore, page: string) =>
    store.add({ page, hits: 1, bots: 0, visitors: [] });
  const itemOf = async (page: string) => {
    const Key = { page: { S: page } };
    const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
    return (await client.send(command)).Item ?? {};
  };
  const fencesOf = async (page: string) =>
    Object.keys(await itemOf(page)).filter((name) => /^(batch|last)_/.test(name));
  /** A page that so many writers left with a fence each, and so many seconds with a bucket. */
  const putPage = async (writers: number, seconds = 0) => {
    const page = newPage();
    const Item: Record<string, AttributeValue> = { page: { S: page }, counted: { N: "7" } };
    for (let writer = 1; writer <= writers; writer += 1) {
      Item[`batch_${writerName(writer)}`] = { N: String((NOON - HOUR_MS) * 1_000) };
      Item[`last_${writerName(writer)}`] = { N: "7" };
    }
    for (let second = 1; second <= seconds; second += 1) {
      Item[`s${((NOON - HOUR_MS) / 1_000 + second).toString(36)}`] = { N: "1" };
      Item[`t${Math.floor((NOON - HOUR_MS) / 10_000 + second / 10).toString(36)}`] = { N: "10" };
    }
    await client.send(new PutItemCommand({ TableName: table, Item }));
    return page;
  };

  before(async () => {
    tables = await StrictTables.start();
    ({ proxy, client } = tables);
  });
  beforeEach(() => {
    nowMs = NOON;
  });
  after(() => tables[Symbol.asyncDispose]());

  it("sweeps any number of fences and buckets, a bounded number an update", async () => {
    const page = await putPage(200, 1_000);
    const store = open(0);
    for (let count = 8; count <= 80; count += 1) {
      expect((await hit(store, page)).count).to.equal(count);
    }
    const names = Object.keys(await itemOf(page));
    const own = ["batch", "last"].map((kind) => `${kind}_${writerName(0)}`);
    expect(names).to.have.members([
      ...["page", "counted", "as_of", "bots", ...own],
      `s${(NOON / 1_000).toString(36)}`,
      `t${(NOON / 10_000).toString(36)}`,
    ]);
  });

  it("keeps the fence of a writer that came back after it was found stale", async () => {
    const page = await putPage(3);
    const store = open(0);
    await hit(store, page);
    await hit(open(2), page);
    await hit(store, page);
    expect((await itemOf(page))["counted"]?.N).to.equal("10");
    expect(await fencesOf(page)).to.include.members([
      `batch_${writerName(2)}`,
      `last_${writerName(2)}`,
    ]);
    await hit(store, page);
    await hit(store, page);
    expect(await fencesOf(page)).to.have.lengthOf(4);
  });

  it("counts on when the clock goes back to a second that was to be swept", async () => {
    const page = newPage();
    const store = open(0);
    await hit(store, page);
    nowMs += HOUR_MS;
    await hit(store, page);
    nowMs = NOON;
    expect((await hit(store, page)).count).to.equal(3);
  });

  it("sweeps what another process swept at the same time, without a further call", async () => {
    const page = await putPage(3);
    const [a, b] = [open(10), open(11)];
    for (const store of [a, b]) await hit(store, page);
    proxy.takeCalls();
    for (const store of [a, b]) await hit(store, page);
    expect(proxy.takeCalls()).to.deep.equal(["UpdateItem", "UpdateItem"]);
    expect(await fencesOf(page)).to.have.lengthOf(4);
  });

  const receiptsOf = async (page: string) =>
    Object.keys(await itemOf(page)).filter((name) => name.startsWith("receipt_"));

  it("keeps the receipts of a page's last forty keys, and those of ten seconds", async () => {
    const [page, store] = [newPage(), open(1)];
    const add = (...keys: string[]) => store.add({ page, hits: 0, keys, bots: 0, visitors: [] });
    await add(...Array.from({ length: 60 }, (_, index) => `key${index}`));
    expect((await add("key0")).keyed).to.deep.equal([{ number: 1, isNew: false }]);
    nowMs += 11_000;
    for (let turn = 60; turn < 70; turn += 1) await add(`key${turn}`);
    expect(await receiptsOf(page)).to.have.lengthOf.within(40, 41);
    expect((await add("key69")).keyed).to.deep.equal([{ number: 70, isNew: false }]);
  });

  it("keeps its expressions within DynamoDB's bounds while it sweeps all kinds at once", async () => {
    const page = await putPage(45, 90);
    const store = open(999);
    for (let turn = 0; turn < 15; turn += 1) {
      const keys = Array.from({ length: 24 }, (_, index) => `key${turn} ${index}`);
      expect(
        (await store.add({ page, hits: 1, keys, bots: 0, visitors: [] })).keyed,
      ).to.have.length(24);
      nowMs += 4_000;
    }
    nowMs += HOUR_MS;
    for (let turn = 0; turn < 10; turn += 1) await hit(store, page);
    expect(await receiptsOf(page)).to.have.lengthOf(40);
    expect(await fencesOf(page)).to.have.lengthOf(2);
  });
});
