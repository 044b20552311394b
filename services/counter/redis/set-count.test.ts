import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
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
import type { HitBatch } from "../counter.ts";
import type { Ledger } from "../ledger.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import { RedisStore } from "./redis-store.ts";
import { type CounterRedis, counterScripts } from "./scripts.ts";
import { Pages } from "./pages.ts";

describe("A count that is set in Redis", () => {
  let redisServer: RedisUnderTest;
  let dynamodbServer: DynamodbServer;
  let redis: CounterRedis;
  let dynamodb: DynamoDBClient;
  let ledger: LedgerStore;
  let names = 0;

  const newName = () => `n${(names += 1)}`;
  const hits = (page: string, count = 1): HitBatch => ({
    page,
    hits: count,
    bots: 0,
    visitors: [],
  });
  const newPages = (connection = redis) => new Pages({ redis: connection, writer: newName() });
  const open = (now: () => number = Date.now) => new RedisStore({ pages: newPages(), ledger, now });
  /** The ledger, but for these verbs. */
  const ledgerWith = (own: Partial<Ledger>): Ledger => ({
    find: (page) => ledger.find(page),
    begin: (...args) => ledger.begin(...args),
    extend: (...args) => ledger.extend(...args),
    settle: (...args) => ledger.settle(...args),
    remove: (page) => ledger.remove(page),
    rollUp: (...args) => ledger.rollUp(...args),
    ...own,
  });
  before(async () => {
    process.env.AWS_ACCESS_KEY_ID = "local";
    process.env.AWS_SECRET_ACCESS_KEY = "local";
    [redisServer, dynamodbServer] = await Promise.all([
      startRedisUnderTest(),
      DynamodbServer.start(),
    ]);
    await dynamodbServer.createTables();
    const log = pino({ level: "silent" });
    const { url, isCluster } = redisServer;
    redis = openRedis({ url, isCluster, timeoutMs: 5_000, log, scripts: counterScripts });
    dynamodb = createDynamoDB({
      endpoint: dynamodbServer.url,
      region: localRegion,
      timeoutMs: 5_000,
    });
    ledger = new LedgerStore({ client: dynamodb, table: "counters", now: Date.now });
    await pollUntil(() => redis.check().then(() => true), { what: "redis answers" });
  });
  after(async () => {
    await redis.close();
    dynamodb.destroy();
    await Promise.all([redisServer[Symbol.asyncDispose](), dynamodbServer.stop()]);
  });

  it("keeps in the ledger by how much a set moved the count, with the hits of any instance", async () => {
    const page = newName();
    const [store, other] = [open(), open()];
    await store.add(hits(page, 3));
    await other.add(hits(page, 4));
    await store.set(page, 1_000_000);
    await other.add(hits(page, 2));
    await other.set(page, 5);
    const { count } = await store.add(hits(page));
    const { moved = 0 } = (await ledger.find(page)) ?? {};
    expect([count, count - moved]).to.deep.equal([6, 10]);
  });

  it("moves nothing for a set whose own reply was lost", async () => {
    const page = newName();
    await open().add(hits(page, 3));
    let begins = 0;
    const begin: Ledger["begin"] = async (...args) =>
      (await ledger.begin(...args)) && (begins += 1) > 1;
    const lossy = ledgerWith({ begin });
    await new RedisStore({ pages: newPages(), ledger: lossy, now: Date.now }).set(page, 100);
    const { count } = await open().add(hits(page));
    const { moved = 0 } = (await ledger.find(page)) ?? {};
    expect([count, count - moved]).to.deep.equal([101, 4]);
  });
});
