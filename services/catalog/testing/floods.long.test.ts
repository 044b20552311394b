import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import {
  expectBoundedMemory,
  type FloodRequest,
  sendFlood,
  SMALL_HEAP,
} from "../../../shared/tools/testing/hostile/flood.ts";
import { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";

function* reads(count: number, idOf: (index: number) => number): Generator<FloodRequest> {
  for (let index = 0; index < count; index += 1) yield { path: `/product/${idOf(index)}` };
}

function* writes(count: number): Generator<FloodRequest> {
  const headers = { "content-type": "application/json" };
  for (let id = 1; id <= count; id += 1) {
    const body = JSON.stringify({ id, name: "flood", price: 1 });
    yield { method: "POST", path: "/catalog/products", headers, body };
  }
}

/** The bounds of SECURITY.md, each on a process of its own that has served 8,000 usual reads. */
describe("A catalog that is flooded", function () {
  this.timeout(600_000);
  let cleanUps: AsyncDisposableStack;
  let redis: RedisServer;
  let database: StrictDynamoDB;
  let service: ServiceProcess;
  beforeEach(async () => {
    cleanUps = new AsyncDisposableStack();
    redis = cleanUps.use(await RedisServer.start());
    const dynamodb = cleanUps.use(await DynamodbServer.start());
    await dynamodb.createTables();
    database = cleanUps.use(await StrictDynamoDB.start(dynamodb.url));
    const stores = { redisUrl: redis.url, dynamodbUrl: database.url };
    const env = { ...serviceEnvironment("catalog", stores), ...SMALL_HEAP };
    service = cleanUps.use(await ServiceProcess.start("catalog", { env }));
  });
  afterEach(() => cleanUps.disposeAsync());

  const usual = () =>
    sendFlood(
      service.url,
      reads(8_000, (index) => 1 + (index % 100)),
    );

  it("by 20,000 reads of products that do not exist keeps nothing of them", () =>
    expectBoundedMemory(service.process.pid, {
      // As costly, each a call of DynamoDB, and of 4,000 products only.
      usual: () =>
        sendFlood(
          service.url,
          reads(8_000, (index) => 1_000 + (index % 4_000)),
        ),
      async flood() {
        const statuses = await sendFlood(
          service.url,
          reads(20_000, (index) => 10_000 + index),
        );
        expect(statuses).to.deep.equal({ 404: 20_000 });
      },
      buffersMegabytes: 0,
    }));

  it("by 2,000 cold reads while DynamoDB is silent answers each, and serves on", () =>
    expectBoundedMemory(service.process.pid, {
      usual,
      async flood() {
        database.delayMs = 20_000;
        const cold = reads(2_000, (index) => 100_000 + index);
        expect(await sendFlood(service.url, cold, 2_000)).to.have.all.keys("503");
        database.delayMs = 0;
        // The breaker closes with the first load that it tries and that succeeds.
        while (
          !(
            404 in
            (await sendFlood(
              service.url,
              reads(1, () => 1),
            ))
          )
        )
          await delay(100);
        expect(await usual()).to.have.all.keys("404");
      },
      // 2,000 connections with a request each, and the calls of DynamoDB that time out meanwhile.
      buffersMegabytes: 64,
    }));

  it("by 4,000 products that are written without Redis remembers an end for each", () =>
    expectBoundedMemory(service.process.pid, {
      usual,
      async flood() {
        process.kill(redis.process.pid, "SIGSTOP");
        expect(await sendFlood(service.url, writes(4_000))).to.deep.equal({ 201: 4_000 });
        process.kill(redis.process.pid, "SIGCONT");
      },
      // What is to be announced to Redis of each: its product, a token and a function.
      buffersMegabytes: 20,
    }));
});
