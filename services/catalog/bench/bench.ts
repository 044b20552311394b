import { fileURLToPath } from "node:url";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { measure } from "../../../shared/tools/bench/load.ts";
import type { BenchReport, BenchRow } from "../../../shared/tools/bench/report.ts";

const koaBaseline = fileURLToPath(
  new URL("../../../shared/tools/bench/koa-baseline.ts", import.meta.url),
);
const COLD_READS = 1_000;
const HOT_ID = 1;
const COLD_ID = 2;

/** The catalog's rows: what a cached read costs, and how often a stampede reaches the database. */
export async function bench(): Promise<BenchReport> {
  await using redis = await RedisServer.start();
  await using dynamodb = await DynamodbServer.start();
  await dynamodb.createTables();
  const env = serviceEnvironment("catalog", { dynamodbUrl: dynamodb.url, redisUrl: redis.url });
  await using first = await ServiceProcess.start("catalog", { env });
  await using second = await ServiceProcess.start("catalog", { env });
  await using bare = await ServiceProcess.start(koaBaseline as `${string}.ts`, { env: {} });

  for (const id of [HOT_ID, COLD_ID]) await createProduct(first.url, id);
  const stampede = await measureStampede([first.url, second.url]);
  const loads = await measure([
    { name: "bare Koa", url: `${bare.url}/constant/${HOT_ID}`, pid: bare.process.pid },
    {
      name: "catalog, cached read",
      url: `${first.url}/product/${HOT_ID}`,
      pid: first.process.pid,
    },
  ]);
  const [baseline, cached] = loads.map((load) => load.requestsPerSecond);
  return {
    loads,
    rows: [
      {
        what: "cached read, 64 connections",
        against: "bare Koa",
        measured: (cached ?? NaN) / (baseline ?? NaN),
        aim: ">=",
        reach: 0.8,
      },
      stampede,
    ],
  };
}

async function createProduct(url: string, id: number): Promise<void> {
  const answer = await fetch(`${url}/data`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, name: "Samsung TV", price: 140 }),
  });
  if (answer.status !== 201) throw new Error(`no product to read: ${await answer.text()}`);
}

async function measureStampede(urls: readonly string[]): Promise<BenchRow> {
  const before = await databaseReads(urls);
  const reads = Array.from({ length: COLD_READS }, async (_, index) => {
    const answer = await fetch(`${urls[index % urls.length] ?? ""}/product/${COLD_ID}`);
    if (!answer.ok) throw new Error(`a cold read failed: ${await answer.text()}`);
    await answer.body?.cancel();
  });
  await Promise.all(reads);
  return {
    what: "1,000 concurrent reads of a cold product",
    against: "2 instances",
    measured: (await databaseReads(urls)) - before,
    aim: "<=",
    reach: 1,
    unit: "database reads",
  };
}

/** As the instances count them themselves. */
async function databaseReads(urls: readonly string[]): Promise<number> {
  const counts = urls.map(async (url) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const loads = metrics.matchAll(/^catalog_loads_total\{.*\} (\d+)$/gm);
    return [...loads].reduce((sum, [, count]) => sum + Number(count), 0);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
