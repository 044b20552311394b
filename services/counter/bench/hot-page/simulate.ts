// One hot page, simulated: npm run simulate [-- --write]
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { RedisServer } from "../../../../shared/tools/local/stores/redis-server.ts";
import { drawCharts } from "./chart.ts";
import { connectTo, measureServiceUs } from "./primary.ts";
import { type Outcome, type Scenario, simulate } from "./simulation.ts";

const INSTANCES = 100;
const HITS_PER_SECOND = [1_000, 5_000, 20_000, 50_000, 100_000, 200_000];
const ITEM_INSTANCES = [1, 2, 5, 10, 20, 50, 100];
const ITEM_HITS_PER_SECOND = 20_000;
/** 1,000 write units, two an update. */
const UPDATES_PER_SECOND = 500;
const REDIS_ROUND_TRIP_US = 500;
const DYNAMODB_ROUND_TRIP_US = 5_000;
/** Virtual: the pauses of throttled instances take seconds to settle. */
const SECONDS = { redis: 0.5, dynamodb: 5 };

const { write } = parseArgs({ options: { write: { type: "boolean", default: false } } }).values;

await using server = await RedisServer.start();
const serviceUs = Number((await measureServiceUs(server)).toFixed(1));
const redis = await connectTo(server);
const base: Omit<Scenario, "hitsPerSecond" | "instances" | "roundTripUs" | "store"> = {
  serviceUs,
  updatesPerSecond: UPDATES_PER_SECOND,
};
const pages: Outcome[] = [];
for (const hitsPerSecond of HITS_PER_SECOND) {
  const scenario = { ...base, store: "redis", hitsPerSecond, instances: INSTANCES } as const;
  const options = { redis, seconds: SECONDS.redis, page: `page-${hitsPerSecond}` };
  pages.push(await simulate({ ...scenario, roundTripUs: REDIS_ROUND_TRIP_US }, options));
}
const items: Outcome[] = [];
for (const instances of ITEM_INSTANCES) {
  const hitsPerSecond = ITEM_HITS_PER_SECOND;
  const scenario = { ...base, store: "dynamodb", hitsPerSecond, instances } as const;
  const options = { redis, seconds: SECONDS.dynamodb, page: `item-${instances}` };
  items.push(await simulate({ ...scenario, roundTripUs: DYNAMODB_ROUND_TRIP_US }, options));
}
await redis.close();

console.log(`A call costs the primary ${serviceUs} µs on this machine.\n`);
console.log(tableOf(pages, "hits/s through 100 instances", (row) => row.hitsPerSecond));
console.log();
console.log(tableOf(items, "instances, DynamoDB, 20,000 hits/s", (row) => row.instances));
if (write) {
  const results = { serviceUs, redisRoundTripUs: REDIS_ROUND_TRIP_US, pages, items };
  const place = (name: string) => new URL(name, import.meta.url);
  await writeFile(place("results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(place("hot-page.svg"), drawCharts(pages, items));
}

function tableOf(rows: readonly Outcome[], head: string, first: (row: Outcome) => number): string {
  const lines = rows.map((row) => {
    const cells = [
      ...[first(row), row.callsPerSecond].map((count) => count.toLocaleString("en-US")),
      ...[row.hitsPerCall, row.p50Ms, row.p99Ms].map((amount) => amount.toFixed(1)),
      ...[`${Math.round(100 * row.throttledShare)} %`, row.failed, row.twice],
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const heads = [
    head,
    "calls/s",
    "hits a call",
    "p50 ms",
    "p99 ms",
    "throttled",
    "failed",
    "twice",
  ];
  return [`| ${heads.join(" | ")} |`, `|${" --: |".repeat(heads.length)}`, ...lines].join("\n");
}
