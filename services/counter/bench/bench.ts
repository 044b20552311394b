import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "redis";
import { bundleService } from "../../../shared/tools/delivery/bundle-service.ts";
import { medianStartMs } from "../../../shared/tools/delivery/start-time.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { measureSilentChannels } from "../../../shared/tools/bench/silent-channels.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { type LoadOptions, type LoadResult, measure } from "../../../shared/tools/bench/load.ts";
import type { BenchReport, BenchRow } from "../../../shared/tools/bench/report.ts";
import { drawZipf } from "../../../shared/tools/bench/zipf.ts";

const HITS = "/counter/bench/hits";
const VIEWS = "/views/bench";
const PAGES = 10_000;
const DRAWS = 12_800;

/** The counter's rows: what a hit costs beside bare Koa, and beside the servers it could have been. */
export async function bench(quick?: LoadOptions): Promise<BenchReport> {
  await using redis = await RedisServer.start();
  await using dynamodb = await DynamodbServer.start();
  await dynamodb.createTables();
  const inRedis = await measureInRedis(redis, dynamodb, quick);
  if (quick) return inRedis;
  const inDynamoDB = await measureInDynamoDB(dynamodb);
  const pages = await measurePages(redis, dynamodb);
  const traced = await measureTraced(redis, dynamodb);
  const start = await measureStart(redis, dynamodb);
  return {
    loads: [inRedis, inDynamoDB, pages, traced].flatMap(({ loads }) => loads),
    rows: [...[inRedis, inDynamoDB, pages, traced].flatMap(({ rows }) => rows), start],
  };
}

async function measureStart(redis: RedisServer, dynamodb: DynamodbServer): Promise<BenchRow> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const { path } = await bundleService("counter", folder);
  const stores = { dynamodbUrl: dynamodb.url, redisUrl: redis.url };
  const measured = await medianStartMs("counter", path, stores);
  await rm(folder, { recursive: true });
  return {
    what: "start to ready",
    against: "the bundle",
    measured,
    aim: "<=",
    reach: 400,
    unit: "ms",
  };
}

async function measureInRedis(
  redis: RedisServer,
  dynamodb: DynamodbServer,
  quick?: LoadOptions,
): Promise<BenchReport> {
  const env = serviceEnvironment("counter", { dynamodbUrl: dynamodb.url, redisUrl: redis.url });
  await using bare = await start("../../../shared/tools/bench/koa-baseline.ts", {});
  await using koa = await start("peers/koa-increment.ts", env);
  await using fastify = await start("peers/fastify-increment.ts", env);
  await using express = await start("peers/express-increment.ts", env);
  await using naive = await start("peers/page-view.ts", env);
  await using counter = await ServiceProcess.start("counter", { env: { ...env, SESSIONS: "off" } });
  await using recording = await ServiceProcess.start("counter", { env });

  const before = await scriptCalls(redis);
  const loads = await measure(
    [
      target("bare Koa, a constant", bare, "/constant/1"),
      target("counter", counter, HITS),
      target("Koa, an INCR a hit", koa, VIEWS),
      target("Fastify, an INCR a hit", fastify, VIEWS),
      target("Express, an INCR a hit", express, VIEWS),
      target("counter, with sessions", recording, HITS),
      target("an increment of 7 keys, 61 reads", naive, VIEWS),
    ],
    quick,
  );
  const calls = (await scriptCalls(redis)) - before;
  const hits = await countedHits(counter);
  const [constant, plain, viaKoa, viaFastify, viaExpress, recorded, increments] = loads;
  return {
    loads,
    rows: [
      ratio("hit, 64 connections", [plain, "bare Koa", constant], 1),
      cpu("hit", [plain, "bare Koa", constant], 1),
      cpu("hit", [plain, "Koa, an INCR a hit", viaKoa], 1),
      cpu("hit", [plain, "Fastify, an INCR a hit", viaFastify], 1),
      cpu("hit", [plain, "Express, an INCR a hit", viaExpress], 1),
      ratio("hit with its session record", [recorded, "without", plain], 0.8),
      ratio("hit", [plain, "an increment and 61 reads", increments], 20),
      { what: "Redis calls", against: "a hit", measured: calls / hits, aim: "<=", reach: 0.1 },
    ],
  };
}

/** Many pages, as unequally hot as those of a site. */
async function measurePages(redis: RedisServer, dynamodb: DynamodbServer): Promise<BenchReport> {
  const env = serviceEnvironment("counter", { dynamodbUrl: dynamodb.url, redisUrl: redis.url });
  const unlimited = { ...env, SESSIONS: "off", NEW_PAGES_PER_MINUTE: "0" };
  await using counter = await ServiceProcess.start("counter", { env: unlimited });
  const paths = drawZipf(DRAWS, PAGES).map((page) => `/counter/p${page}/hits`);
  const targets = [
    target("counter, one page", counter, HITS),
    { ...target("counter, 10,000 pages (Zipf)", counter, HITS), paths },
  ];
  // Long enough for each page's first hit, which makes the page in DynamoDB.
  const loads = await measure(targets, { warmUpSeconds: 15 });
  const [one, many] = loads;
  return { loads, rows: [ratio("hit, 10,000 pages (Zipf)", [many, "one page", one], 0.7)] };
}

async function measureInDynamoDB(dynamodb: DynamodbServer): Promise<BenchReport> {
  const env = serviceEnvironment("counter", { dynamodbUrl: dynamodb.url });
  await using naive = await start("peers/update-per-hit.ts", env);
  await using counter = await ServiceProcess.start("counter", { env: { ...env, SESSIONS: "off" } });
  const loads = await measure([
    target("counter on DynamoDB", counter, "/counter/bench-dynamodb/hits"),
    target("one update a hit", naive, VIEWS),
  ]);
  const [batched, updates] = loads;
  return { loads, rows: [ratio("hit on DynamoDB", [batched, "one update a hit", updates], 5)] };
}

/** What a collector does with the spans is not the service's to pay: they are read and dropped. */
async function measureTraced(redis: RedisServer, dynamodb: DynamodbServer): Promise<BenchReport> {
  await using collector = createServer((request, response) => {
    request.resume().once("end", () => response.end("{}"));
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
  const stores = serviceEnvironment("counter", { dynamodbUrl: dynamodb.url, redisUrl: redis.url });
  const env = { ...stores, SESSIONS: "off" };
  const traces = { TRACES: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: urlOf(collector) };
  await using plain = await ServiceProcess.start("counter", { env });
  await using traced = await ServiceProcess.start("counter", { env: { ...env, ...traces } });
  const loads = await measure([
    target("counter, without traces", plain, HITS),
    target("counter, 5 % traced", traced, HITS),
  ]);
  const [without, recorded] = loads;
  const off = await measureSilentChannels();
  return {
    loads,
    rows: [
      ratio("hit, 5 % traced", [recorded, "without traces", without], 0.9),
      { what: "traces, off", against: "a hit", measured: off, aim: "<=", reach: 1, unit: "µs" },
    ],
  };
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function start(baseline: string, env: Record<string, string>): Promise<ServiceProcess> {
  const path = fileURLToPath(new URL(baseline, import.meta.url));
  return ServiceProcess.start(path as `${string}.ts`, { env });
}

function target(name: string, { url, process }: ServiceProcess, path: string) {
  return { name, url: `${url}${path}`, method: "POST", pid: process.pid } as const;
}

type Compared = readonly [LoadResult | undefined, string, LoadResult | undefined];

/** How much processor time of its server a request takes, beside that of the other. */
function cpu(what: string, [own, against, other]: Compared, reach: number): BenchRow {
  const measured = (own?.cpuMicrosPerRequest ?? NaN) / (other?.cpuMicrosPerRequest ?? NaN);
  return { what: `processor time of a ${what}`, against, measured, aim: "<=", reach };
}

function ratio(what: string, [own, against, other]: Compared, reach: number): BenchRow {
  const measured = (own?.requestsPerSecond ?? NaN) / (other?.requestsPerSecond ?? NaN);
  return { what, against, measured, aim: ">=", reach };
}

/** By Redis' own count: the scripts it ran by their digest, as only the counter asks for. */
async function scriptCalls(redis: RedisServer): Promise<number> {
  const client = createClient({ url: redis.url });
  await client.connect();
  const stats = await client.info("commandstats");
  await client.close();
  const calls = [...stats.matchAll(/^cmdstat_evalsha:calls=(\d+)/gm)];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Every hit that was counted, of the warm-up too. */
async function countedHits({ url }: ServiceProcess): Promise<number> {
  const answer = await fetch(`${url}/counter/bench`);
  return ((await answer.json()) as { count: number }).count;
}
