import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { pino } from "pino";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { openRedis } from "../../../shared/kit/redis-cluster/open-redis.ts";
import {
  type RedisUnderTest,
  startRedisUnderTest,
} from "../../../shared/tools/testing/redis-under-test.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import { CountExhausted, type CounterStore, type HitBatch, MAX_COUNT } from "../counter.ts";
import { ItemStore } from "../dynamodb/item-store.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import { keysOf } from "../redis/keys.ts";
import { Pages } from "../redis/pages.ts";
import { RedisStore } from "../redis/redis-store.ts";
import { type CounterRedis, counterScripts, DONE } from "../redis/scripts.ts";

const table = "counters";

/** One way to count, as the contract below needs it. */
interface Implementation {
  name: string;
  /** A store as one instance has it. */
  open: () => CounterStore;
  /** A store whose next reply is lost, once what was asked is done. */
  openLosingAReply: () => CounterStore;
  /** Gives a page one hit in each of these seconds. */
  putBuckets: (page: string, seconds: readonly number[]) => Promise<void>;
}

let redisServer: RedisUnderTest;
let dynamodbServer: DynamodbServer;
let strict: StrictDynamoDB;
let redis: CounterRedis;
let dynamodb: DynamoDBClient;
let nowMs = Date.now();
let names = 0;

const now = () => nowMs;
const newName = () => `n${(names += 1)}`;
const hits = (page: string, count = 1): HitBatch => ({ page, hits: count, bots: 0, visitors: [] });
const openLedger = () => new LedgerStore({ client: dynamodb, table, now });
const openRedisStore = (connection = redis) =>
  new RedisStore({
    pages: new Pages({ redis: connection, writer: newName() }),
    ledger: openLedger(),
    now: Date.now,
  });
const openItemStore = (client = dynamodb) =>
  new ItemStore({ client, table, writer: newName(), now, random: Math.random });

const implementations: Implementation[] = [
  {
    name: "RedisStore",
    open: () => openRedisStore(),
    openLosingAReply: () => openRedisStore(losingAReply()),
    async putBuckets(page, seconds) {
      for (const second of seconds) {
        await redis.run((client) =>
          client.hSet(keysOf(page)[1], String(second % 600), `${second} 1`),
        );
      }
    },
  },
  {
    name: "ItemStore",
    open: () => openItemStore(),
    openLosingAReply: () => openItemStore(clientLosingAReply()),
    async putBuckets(page, seconds) {
      const buckets = seconds.map((second) => [`s${second.toString(36)}`, { N: "1" }] as const);
      const Item = { page: { S: page }, ...Object.fromEntries(buckets) };
      await dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    },
  },
];

/** Loses the reply to the first script that counts. */
function losingAReply(): CounterRedis {
  let lost = false;
  return {
    nodes: redis.nodes,
    slotOf: (key) => redis.slotOf(key),
    nodeOf: (key) => redis.nodeOf(key),
    health: redis.health,
    check: () => redis.check(),
    close: () => Promise.resolve(),
    async run(command, options) {
      const reply = await redis.run(command, options);
      const isCounted = Array.isArray(reply) && (reply as number[])[0] === DONE;
      if (lost || !isCounted) return reply;
      lost = true;
      throw new StoreUnavailable("redis", new Error("the reply was lost"));
    },
  };
}

function openDynamoDB(): DynamoDBClient {
  return createDynamoDB({
    endpoint: strict.url,
    region: localRegion,
    timeoutMs: 5_000,
  });
}

/** The SDK itself takes a lost connection for a reason to send again. */
function clientLosingAReply({
  command = "UpdateItemCommand",
  meanwhile = () => Promise.resolve(),
}: {
  command?: string;
  meanwhile?: () => Promise<void>;
} = {}): DynamoDBClient {
  const client = openDynamoDB();
  let lost = false;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const reply = await next(args);
      if (lost || context.commandName !== command) return reply;
      lost = true;
      await meanwhile();
      throw Object.assign(new Error("the reply was lost"), { name: "TimeoutError" });
    },
    { step: "deserialize", priority: "high" },
  );
  return client;
}

before(async () => {
  process.env.AWS_ACCESS_KEY_ID = "local";
  process.env.AWS_SECRET_ACCESS_KEY = "local";
  [redisServer, dynamodbServer] = await Promise.all([
    startRedisUnderTest(),
    DynamodbServer.start(),
  ]);
  await dynamodbServer.createTables();
  strict = await StrictDynamoDB.start(dynamodbServer.url);
  const log = pino({ level: "silent" });
  const { url, isCluster } = redisServer;
  redis = openRedis({ url, isCluster, timeoutMs: 5_000, log, scripts: counterScripts });
  dynamodb = openDynamoDB();
  await pollUntil(() => redis.check().then(() => true), { what: "redis answers" });
});
beforeEach(() => {
  nowMs = Date.now();
});
after(async () => {
  await redis.close();
  dynamodb.destroy();
  await strict[Symbol.asyncDispose]();
  await Promise.all([redisServer[Symbol.asyncDispose](), dynamodbServer.stop()]);
});

for (const { name, open, openLosingAReply, putBuckets } of implementations) {
  describe(`${name} as a CounterStore`, () => {
    it("deals numbers that follow each other, whichever instance asks", async () => {
      const [page, a, b] = [newName(), open(), open()];
      const counts = [];
      for (const store of [a, b, b, a]) counts.push((await store.add(hits(page, 3))).count);
      expect(counts).to.deep.equal([3, 6, 9, 12]);
    });

    it("deals every number once to instances that count at the same time", async () => {
      const [page, ...stores] = [newName(), open(), open(), open()] as const;
      const chains = stores.map(async (store) => {
        const counts: number[] = [];
        for (let batch = 0; batch < 15; batch += 1)
          counts.push((await store.add(hits(page))).count);
        return counts;
      });
      const counts = (await Promise.all(chains)).flat().sort((a, b) => a - b);
      expect(counts).to.deep.equal(Array.from({ length: 45 }, (_, index) => index + 1));
    });

    it("counts a batch once when the reply to it is lost", async () => {
      const [page, store] = [newName(), openLosingAReply()];
      expect((await store.add(hits(page, 5))).count).to.equal(5);
      expect((await open().read(page)).count).to.equal(5);
      expect((await store.add(hits(page))).count).to.equal(6);
    });

    it("gives a key one number, whichever instance is asked", async () => {
      const [page, a, b] = [newName(), open(), open()];
      const first = await a.add({ ...hits(page, 2), keys: ["one", "two"] });
      expect(first).to.deep.include({
        count: 4,
        keyed: [
          { number: 1, isNew: true },
          { number: 2, isNew: true },
        ],
      });
      const second = await b.add({ ...hits(page), keys: ["two", "three"] });
      expect(second).to.deep.include({
        count: 6,
        keyed: [
          { number: 2, isNew: false },
          { number: 5, isNew: true },
        ],
      });
      expect(await a.read(page)).to.include({ count: 6, lastMinute: 6 });
      expect((await b.add(hits(page))).keyed ?? []).to.deep.equal([]);
    });

    it("counts a key once where instances are asked at the same time", async () => {
      const [page, ...stores] = [newName(), open(), open(), open()] as const;
      const dealt = await Promise.all(
        stores.map((store) => store.add({ ...hits(page, 0), keys: ["once"] })),
      );
      const keyed = dealt.flatMap((each) => each.keyed ?? []);
      expect(keyed.map(({ number }) => number)).to.deep.equal([1, 1, 1]);
      expect(keyed.filter(({ isNew }) => isNew)).to.have.lengthOf(1);
      expect((await open().read(page)).count).to.equal(1);
    });

    it("knows a key's number when the reply to its batch was lost", async () => {
      const [page, store] = [newName(), openLosingAReply()];
      const batch = { ...hits(page, 2), keys: ["key"] };
      const mine = { number: 1, isNew: true };
      expect(await store.add(batch)).to.deep.include({ count: 3, keyed: [mine] });
      const again = await open().add({ ...batch, hits: 0 });
      expect(again).to.deep.include({ count: 3, keyed: [{ number: 1, isNew: false }] });
    });

    it("takes any number of keys in a batch, before the hits without one", async () => {
      const [page, a, b] = [newName(), open(), open()];
      const keys = Array.from({ length: 30 }, (_, index) => `key${index}`);
      await a.add({ ...hits(page, 0), keys: ["key3", "key20"] });
      const dealt = await b.add({ ...hits(page, 5), keys });
      expect(dealt.count).to.equal(35);
      const numbers = (dealt.keyed ?? []).map(({ number }) => number);
      expect([...numbers].sort((x, y) => x - y)).to.deep.equal(
        Array.from({ length: 30 }, (_, index) => index + 1),
      );
      expect([numbers[3], numbers[20]]).to.deep.equal([1, 2]);
    });

    it("keeps a key's number where the page was set since", async () => {
      const [page, store] = [newName(), open()];
      await store.add({ ...hits(page, 0), keys: ["key"] });
      await store.set(page, 50);
      const again = await store.add({ ...hits(page), keys: ["key"] });
      expect(again).to.deep.include({ count: 51, keyed: [{ number: 1, isNew: false }] });
    });

    it("keeps bots apart", async () => {
      const [page, store] = [newName(), open()];
      await store.add({ ...hits(page, 2), bots: 3 });
      const reading = await store.read(page);
      expect(reading).to.include({ count: 2, lastMinute: 2, bots: 3 });
    });

    it("reads zero for a page that nobody opened, and does not make it", async () => {
      const page = newName();
      expect(await open().read(page)).to.include({ count: 0, lastMinute: 0, bots: 0 });
      expect(await openLedger().find(page)).to.equal(undefined);
    });

    it("sets a count up and down, for every instance", async () => {
      const [page, a, b] = [newName(), open(), open()];
      await a.add(hits(page, 40));
      for (const count of [1_000, 7, 0, MAX_COUNT - 1]) {
        expect((await a.set(page, count)).count).to.equal(count);
        expect((await b.read(page)).count).to.equal(count);
        expect((await b.add(hits(page))).count).to.equal(count + 1);
      }
    });

    it("counts up to the highest count, and takes no batch that would pass it", async () => {
      const [page, store] = [newName(), open()];
      await store.set(page, MAX_COUNT - 3);
      expect((await store.add(hits(page, 2))).count).to.equal(MAX_COUNT - 1);
      const failure = await store.add(hits(page, 2)).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(CountExhausted);
      expect((await store.add(hits(page))).count).to.equal(MAX_COUNT);
      expect((await store.add({ ...hits(page, 0), bots: 1 })).count).to.equal(MAX_COUNT);
      expect((await store.set(page, 5)).count).to.equal(5);
      expect((await store.add(hits(page))).count).to.equal(6);
    });

    it("forgets a page that is removed, with its buckets and bots", async () => {
      const [page, a, b] = [newName(), open(), open()];
      await a.add({ ...hits(page, 3), bots: 2 });
      await b.remove(page);
      expect(await a.read(page)).to.include({ count: 0, lastMinute: 0, bots: 0 });
      expect(await openLedger().find(page)).to.equal(undefined);
      expect((await a.add(hits(page))).count).to.equal(1);
      await b.remove(newName());
    });

    it("counts the last minute as the 60 buckets that end with the running second", async () => {
      const [page, store] = [newName(), open()];
      await store.add(hits(page));
      const second = Math.floor(nowMs / 1_000);
      // One hit in every second, before and after: just sixty of them can be the last minute's.
      await putBuckets(
        page,
        Array.from({ length: 90 }, (_, index) => second - 75 + index),
      );
      expect((await store.read(page)).lastMinute).to.equal(60);
    });

    it("tells the counts by second, oldest first, up to the running one", async () => {
      const [page, store] = [newName(), open()];
      await store.add(hits(page));
      const second = Math.floor(nowMs / 1_000);
      await putBuckets(page, [second - 3, second - 40, second - 30]);
      const { from, to, buckets } = await store.history(page, 35);
      expect(to - from).to.equal(34);
      expect(buckets.slice(0, 2)).to.deep.equal([
        { second: second - 30, count: 1 },
        { second: second - 3, count: 1 },
      ]);
    });
  });
}

describe("Both stores on one page", () => {
  it("never deal a number twice, whichever of them counts after the other", async () => {
    const page = newName();
    const stores = [openRedisStore(), openItemStore(), openRedisStore(), openItemStore()];
    const counts: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const store = stores[turn % stores.length];
      if (store !== undefined) counts.push((await store.add(hits(page))).count);
    }
    expect(new Set(counts)).to.have.property("size", 12);
  });
});

describe("ItemStore", () => {
  it("keeps its item small: buckets and fences that no longer count are swept", async () => {
    const page = newName();
    for (let turn = 0; turn < 6; turn += 1) {
      const store = openItemStore();
      for (let second = 0; second < 25; second += 1) {
        nowMs += 1_000;
        await store.add(hits(page));
      }
      nowMs += 5 * 60_000;
    }
    const key = { TableName: table, Key: { page: { S: page } } };
    const { Item = {} } = await dynamodb.send(new GetItemCommand(key));
    expect(Item["counted"]?.N).to.equal("150");
    expect(Object.keys(Item)).to.have.lengthOf.below(45);
  });

  it("sets a count once when the reply is lost: numbers that were given since are kept", async () => {
    const [page, other, numbers] = [newName(), openItemStore(), [] as number[]];
    const hit = async () => void numbers.push((await other.add(hits(page))).count);
    const store = openItemStore(clientLosingAReply({ meanwhile: hit }));
    expect((await store.set(page, 100)).count).to.equal(100);
    await hit();
    expect(numbers).to.deep.equal([101, 102]);
  });

  it("removes a page once when the reply is lost: one that was made since is kept", async () => {
    const [page, other, numbers] = [newName(), openItemStore(), [] as number[]];
    const hit = async () => void numbers.push((await other.add(hits(page))).count);
    const lost = { command: "DeleteItemCommand", meanwhile: hit };
    await other.add(hits(page, 9));
    await openItemStore(clientLosingAReply(lost)).remove(page);
    await hit();
    expect(numbers).to.deep.equal([1, 2]);
  });

  it("refuses a batch that was given up and comes after a later one", async () => {
    const page = newName();
    const store = openItemStore();
    await store.add(hits(page));
    const later = nowMs * 1_000 + 1_000_000;
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { page: { S: page } },
        UpdateExpression: `SET batch_n${names} = :later`,
        ExpressionAttributeValues: { ":later": { N: String(later) } },
      }),
    );
    const failure = await store.add(hits(page)).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect((await store.read(page)).count).to.equal(1);
  });
});
