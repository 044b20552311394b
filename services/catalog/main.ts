import { randomBytes } from "node:crypto";
import { readSettingsOrExit } from "../../shared/kit/config.ts";
import { services } from "../../shared/contract.ts";
import { createDynamoDB } from "../../shared/kit/dynamodb.ts";
import { publishEmbeddedMetric } from "../../shared/kit/process/embedded-metric.ts";
import { openRedis } from "../../shared/kit/redis-cluster/open-redis.ts";
import { serve } from "../../shared/kit/process/serve.ts";
import { createServiceContext } from "../../shared/kit/process/service-context.ts";
import { createApp } from "./app.ts";
import { Catalog } from "./catalog.ts";
import { catalogSettings, findConflicts } from "./config.ts";
import { deadlinesFor } from "./resilience/deadlines.ts";
import { DynamoDBProductStore } from "./dynamodb/product-store.ts";
import { LazyReader } from "./lazy-loading.ts";
import { CatalogMetrics } from "./metrics.ts";
import { ProtectedStore } from "./resilience/protected-store.ts";
import { RedisProductCache } from "./redis/product-cache.ts";
import { cacheScripts } from "./redis/scripts.ts";
import { noCache } from "./uncached.ts";

const settings = readSettingsOrExit(catalogSettings, process.env, findConflicts);
const deadlines = deadlinesFor(settings);
const service = await createServiceContext("catalog", settings);
const { log } = service;
const now = () => performance.now();
const newWord = () => randomBytes(12).toString("hex");

const dynamodb = createDynamoDB({
  endpoint: settings.dynamodbEndpoint,
  region: settings.awsRegion,
  timeoutMs: settings.dynamodbTimeoutMs,
  maxAttempts: 1,
});
const products = new DynamoDBProductStore({
  client: dynamodb,
  table: settings.productsTable,
  log,
  newVersion: newWord,
});
const store = new ProtectedStore({
  store: products,
  parallel: settings.loadsParallel,
  waiting: settings.loadsWaiting,
  ...deadlines,
  now,
  onOpen: (err) => log.warn({ err }, "circuit opened"),
});

const { redisUrl } = settings;
const redis =
  redisUrl === undefined
    ? undefined
    : openRedis({
        url: redisUrl,
        isCluster: settings.redisCluster,
        timeoutMs: deadlines.redisWriteMs,
        log,
        scripts: cacheScripts,
        onConnect: (node) => redisCache?.connected(node),
      });
const redisCache =
  redis &&
  new RedisProductCache({
    redis,
    log,
    ...settings,
    ...deadlines,
    now,
    random: () => Math.random(),
    newToken: newWord,
  });
const cache = redisCache ?? noCache;

const metrics = new CatalogMetrics(service.metrics);
metrics.watch({
  circuit: () => store.circuit,
  isCacheTrusted: () => redisCache?.isTrusted ?? false,
  pendingProducts: () => redisCache?.pendingProducts ?? 0,
});
if (settings.embeddedMetrics) {
  publishEmbeddedMetric({
    metric: services.catalog.scalingMetric,
    deployment: settings.deployment,
    read: metrics.createRate(now),
    write: (line) => process.stdout.write(`${line}\n`),
    now: () => Date.now(),
  });
}

const reader = new LazyReader({ store, cache, observer: metrics, ...deadlines, now });
const catalog = new Catalog({
  store,
  cache,
  reader,
  refusesUnsettled: settings.unsettledWrites === "refuse",
});

await serve({
  ...service,
  app: createApp({
    catalog,
    context: {
      ...service,
      readiness: {
        dynamodb: () => products.check(),
        ...(redisCache && { redis: () => redisCache.check() }),
      },
    },
  }),
  port: settings.port,
  listenHost: settings.listenHost,
  drainMs: settings.drainSeconds * 1_000,
  onStop: {
    ...service.onStop,
    "tell Redis of writes": () => redisCache?.close(),
    "close Redis": () => redis?.close(),
    "close DynamoDB": () => dynamodb.destroy(),
  },
});
