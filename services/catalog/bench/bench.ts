import { fileURLToPath } from "node:url";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { type LoadOptions, measure } from "../../../shared/tools/bench/load.ts";
import type { BenchReport, BenchRow } from "../../../shared/tools/bench/report.ts";
import { drawZipf } from "../../../shared/tools/bench/zipf.ts";

const koaBaseline = fileURLToPath(
  new URL("../../../shared/tools/bench/koa-baseline.ts", import.meta.url),
);
const COLD_READS = 1_000;
const HOT_ID = 1;
const COLD_ID = 2;
const PRODUCTS = 10_000;
const DRAWS = 12_800;

/** The catalog's rows: what a cached read costs, and how often a stampede reaches the database. */
export async function bench(quick?: LoadOptions): Promise<BenchReport> {
  await using redis = await RedisServer.start();
  await using dynamodb = await DynamodbServer.start();
  await dynamodb.createTables();
  const env = serviceEnvironment("catalog", { dynamodbUrl: dynamodb.url, redisUrl: redis.url });
  await using first = await ServiceProcess.start("catalog", { env });
  await using second = await ServiceProcess.start("catalog", { env });
  await using bare = await ServiceProcess.start(koaBaseline as `${string}.ts`, { env: {} });

  const reads = drawZipf(DRAWS, PRODUCTS);
  await createProduct(first.url, COLD_ID);
  await fillCache(first.url, new Set([HOT_ID, ...reads.filter((id) => id !== COLD_ID)]));
  const stampede = await measureStampede([first.url, second.url]);
  const pid = first.process.pid;
  const cachedRead = { name: "catalog, cached read", url: `${first.url}/product/${HOT_ID}`, pid };
  const paths = reads.map((id) => `/product/${id}`);
  const targets = [
    { name: "bare Koa", url: `${bare.url}/constant/${HOT_ID}`, pid: bare.process.pid },
    cachedRead,
    { ...cachedRead, name: "catalog, 10,000 products (Zipf)", paths },
  ];
  const loads = await measure(targets, quick);
  const [baseline, cached] = loads.map((load) => load.requestsPerSecond);
  const [bareMicros, , zipfMicros] = loads.map((load) => load.cpuMicrosPerRequest);
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
      {
        what: "processor time of a read of 10,000 products (Zipf)",
        against: "bare Koa",
        measured: (zipfMicros ?? NaN) / (bareMicros ?? NaN),
        aim: "<=",
        reach: 1.1,
      },
      stampede,
    ],
  };
}

/** Products that are in the cache when this ends. */
async function fillCache(url: string, ids: Iterable<number>): Promise<void> {
  const remaining = Iterator.from(ids);
  const fill = async () => {
    for (const id of remaining) {
      await createProduct(url, id);
      await (await fetch(`${url}/product/${id}`)).body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: 16 }, fill));
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
