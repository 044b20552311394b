import { randomBytes } from "node:crypto";
import { readSettingsOrExit } from "../../shared/kit/config.ts";
import { services } from "../../shared/contract.ts";
import { createDynamoDB } from "../../shared/kit/dynamodb.ts";
import { publishEmbeddedMetric } from "../../shared/kit/process/embedded-metric.ts";
import { createRedis } from "../../shared/kit/redis.ts";
import { serve } from "../../shared/kit/process/serve.ts";
import { createServiceContext } from "../../shared/kit/process/service-context.ts";
import { createApp } from "./app.ts";
import { BoundedFinder } from "./bounded-finder.ts";
import { Catalog } from "./catalog.ts";
import { closedCache } from "./uncached.ts";
import { catalogSettings } from "./config.ts";
import { LazyReader } from "./lazy-loading.ts";
import { CatalogMetrics } from "./metrics.ts";
import { RedisProductCache } from "./redis/product-cache.ts";
import { DynamoDBProductStore, WRITE_ATTEMPTS } from "./dynamodb/product-store.ts";

/** Longest wait of a write for Redis. A read is more impatient: it can ask DynamoDB instead. */
const REDIS_WRITE_TIMEOUT_MS = 1_000;
/** After the last attempt of a write has timed out, DynamoDB may still be busy with it. */
const LATE_WRITE_MS = 5_000;
const HALF_OPEN_AFTER_MS = 1_000;
const LEASE_MS = 3_000;
const WAIT_MS = 1_000;

const settings = readSettingsOrExit(catalogSettings, process.env);
const service = await createServiceContext("catalog", settings);
const { log } = service;
const now = () => Date.now();
const random = () => Math.random();
const newWord = () => randomBytes(12).toString("hex");

const dynamodb = createDynamoDB({
  endpoint: settings.dynamodbEndpoint,
  region: settings.awsRegion,
  timeoutMs: settings.dynamodbTimeoutMs,
  maxAttempts: 1,
});
const store = new DynamoDBProductStore({
  client: dynamodb,
  table: settings.productsTable,
  newVersion: newWord,
});
const finder = new BoundedFinder({
  store,
  parallel: settings.loadsParallel,
  waiting: settings.loadsWaiting,
  halfOpenAfterMs: HALF_OPEN_AFTER_MS,
});

const { redisUrl } = settings;
const redis =
  redisUrl === undefined
    ? undefined
    : createRedis({ url: redisUrl, timeoutMs: REDIS_WRITE_TIMEOUT_MS, log });
const redisCache =
  redis &&
  new RedisProductCache({
    redis,
    lookUpTimeoutMs: settings.redisTimeoutMs,
    ttlSeconds: settings.cacheTtlSeconds,
    freshSeconds: settings.cacheFreshSeconds,
    absentSeconds: settings.cacheAbsentSeconds,
    leaseMs: LEASE_MS,
    writeMs: WRITE_ATTEMPTS * settings.dynamodbTimeoutMs + LATE_WRITE_MS,
    halfOpenAfterMs: HALF_OPEN_AFTER_MS,
    now,
    random,
    newToken: newWord,
  });
const cache = redisCache ?? closedCache;

const metrics = new CatalogMetrics(service.metrics);
metrics.watch({
  circuits: {
    dynamodb: () => finder.circuit,
    ...(redisCache && { redis: () => redisCache.circuit }),
  },
  unsettledProducts: () => redisCache?.unsettledProducts ?? 0,
});
if (settings.embeddedMetrics) {
  publishEmbeddedMetric({
    metric: services.catalog.scalingMetric,
    deployment: settings.deployment,
    read: metrics.createRate(now),
    write: (line) => process.stdout.write(`${line}\n`),
    now,
  });
}

const reader = new LazyReader({
  store: finder,
  cache,
  observer: metrics,
  waitMs: WAIT_MS,
  now,
  random,
});

await serve({
  app: createApp({
    catalog: new Catalog({ store, cache, reader }),
    context: {
      ...service,
      readiness: {
        dynamodb: () => store.ping(),
        ...(redis && { redis: () => redis.run((client) => client.ping()) }),
      },
    },
  }),
  port: settings.port,
  listenHost: settings.listenHost,
  drainMs: settings.drainSeconds * 1_000,
  onStop: {
    "settle writes": () => redisCache?.close(),
    "close Redis": () => redis?.close(),
    "close DynamoDB": () => dynamodb.destroy(),
  },
  ...service,
});
