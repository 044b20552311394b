import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import type { CounterStore, HitBatch, Reading } from "../counter.ts";
import type { Item } from "../dynamodb/item.ts";
import { ItemStore } from "../dynamodb/item-store.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import type { Ledger } from "../ledger.ts";
import { keysOf } from "../redis/keys.ts";
import { Pages } from "../redis/pages.ts";
import { RedisStore } from "../redis/redis-store.ts";
import { spanAt } from "../spans.ts";
import { expectAgreement, sumOf } from "./agreement.ts";
import { LocalStores } from "./local-stores.ts";

const table = "counters";
let stores: LocalStores;
let names = 0;

const newName = () => `n${(names += 1)}`;
const hits = (page: string, count = 1): HitBatch => ({ page, hits: count, bots: 0, visitors: [] });

before(async () => {
  stores = await LocalStores.start();
});
after(() => stores[Symbol.asyncDispose]());

/** One way to count: a store as one instance has it, and how to give a page hits in seconds. */
interface Implementation {
  name: string;
  open: () => CounterStore;
  putBuckets: (page: string, seconds: readonly number[]) => Promise<unknown>;
}

const implementations: Implementation[] = [
  {
    name: "RedisStore",
    open: () =>
      new RedisStore({
        pages: new Pages({ redis: stores.redis, writer: newName() }),
        ledger: new LedgerStore({ client: stores.dynamodb, table, now: Date.now }),
        now: Date.now,
      }),
    putBuckets: (page, seconds) =>
      stores.redis.run((client) =>
        client.hSet(
          keysOf(page)[1],
          Object.fromEntries(seconds.map((second) => [second % 600, `${second} 1`])),
        ),
      ),
  },
  {
    name: "ItemStore",
    open: () =>
      new ItemStore({
        ...{ client: stores.dynamodb, table, writer: newName(), now: Date.now },
        random: Math.random,
      }),
    async putBuckets(page, seconds) {
      const spans = Map.groupBy(seconds, spanAt);
      const Item: Item = { page: { S: page } };
      for (const second of seconds) Item[`s${second.toString(36)}`] = { N: "1" };
      for (const [span, { length }] of spans) Item[`t${span.toString(36)}`] = { N: `${length}` };
      await stores.dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    },
  },
];

for (const { name, open, putBuckets } of implementations) {
  describe(`a snapshot of ${name}`, () => {
    it("sums up the last ten minutes in spans of ten seconds by the clock", async () => {
      const [page, store] = [newName(), open()];
      const oldest = (spanAt((await store.read(page)).second) - 59) * 10;
      const seconds = [-1, 0, 9, 10, 300, 305].map((offset) => oldest + offset);
      await putBuckets(page, seconds);
      const { spans, second } = await store.snapshot(page);
      // The clock may have gone on to the next span meanwhile.
      const places = seconds.map((each) => 59 + spanAt(each) - spanAt(second));
      const expected = Array.from(
        { length: 60 },
        (_, place) => places.filter((each) => each === place).length,
      );
      expect(spans).to.deep.equal(expected);
    });

    it("forgets the last minutes when the count is set below them", async () => {
      const [page, store] = [newName(), open()];
      await store.add(hits(page, 40));
      await store.set(page, 50);
      expect(sumOf(await store.snapshot(page))).to.equal(40);
      await store.set(page, 7);
      expect(sumOf(await store.snapshot(page))).to.equal(0);
      await store.add(hits(page, 2));
      expect(await store.snapshot(page)).to.include({ count: 9, lastMinute: 2 });
    });

    it("never tells numbers that contradict each other, however its hits come", async () => {
      const [page, ...counting] = [newName(), open(), open(), open()] as const;
      let isDone = false;
      const loads = counting.map(async (store, index) => {
        // One steadily, the others in bursts.
        while (!isDone) await store.add(hits(page, index === 0 ? 1 : 1 + (names % 50)));
      });
      const reader = open();
      for (let round = 0; round < 100; round += 1) expectAgreement(await reader.snapshot(page));
      isDone = true;
      await Promise.all(loads);
    });
  });
}

describe("a reading of the RedisStore", () => {
  it("tells no number that is reserved and not given while a page begins, or is given back", async () => {
    const [page, { redis }] = [newName(), stores];
    const ledger = new LedgerStore({ client: stores.dynamodb, table, now: Date.now });
    const open = (on: Ledger, onCall?: () => void) =>
      new RedisStore({
        pages: new Pages({ redis, writer: newName(), onCall }),
        ledger: on,
        now: Date.now,
      });
    const readings: Promise<Reading>[] = [];
    const readMeanwhile = async <T>(result: T) => {
      const calls: number[] = [];
      readings.push(open(ledger, () => calls.push(1)).read(page));
      await pollUntil(() => calls.length >= 2, { what: "Redis is asked again" });
      return result;
    };
    const slow: Ledger = {
      find: (...args) => ledger.find(...args),
      begin: async (...args) => readMeanwhile(await ledger.begin(...args)),
      extend: (...args) => ledger.extend(...args),
      settle: async (...args) => ledger.settle(...(await readMeanwhile(args))),
      rollUp: (...args) => ledger.rollUp(...args),
      remove: (...args) => ledger.remove(...args),
    };
    const store = open(slow);
    await store.add(hits(page, 3));
    await store.counted.endAll(new AbortController().signal);
    const [begun, ended] = await Promise.all(readings);
    expect(begun?.count).to.be.at.most(3);
    expect(ended?.count).to.equal(3);
  });
});
