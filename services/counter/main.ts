import { randomUUID, randomUUIDv7 } from "node:crypto";
import { readSettingsOrExit } from "../../shared/kit/config.ts";
import { services } from "../../shared/contract.ts";
import { createDynamoDB } from "../../shared/kit/dynamodb.ts";
import { openRedis } from "../../shared/kit/redis-cluster/open-redis.ts";
import { publishEmbeddedMetric } from "../../shared/kit/process/embedded-metric.ts";
import { serve } from "../../shared/kit/process/serve.ts";
import { createServiceContext } from "../../shared/kit/process/service-context.ts";
import { Accounts } from "./accounts/accounts.ts";
import { Attempts } from "./accounts/attempts.ts";
import { Passwords } from "./accounts/passwords.ts";
import { Tokens } from "./accounts/tokens.ts";
import { createApp } from "./app.ts";
import { counterSettings, findConflicts } from "./config.ts";
import { Counter } from "./counter.ts";
import { Days } from "./days/days.ts";
import { Estimates } from "./estimates.ts";
import { DynamoDBDayStore } from "./dynamodb/days/day-store.ts";
import { ItemStore } from "./dynamodb/item-store.ts";
import { LedgerStore } from "./dynamodb/ledger-store.ts";
import { DynamoDBUserStore } from "./dynamodb/user-store.ts";
import { LiveCounts } from "./http/live/live-counts.ts";
import { NewPages } from "./http/new-pages.ts";
import { createCounterMetrics } from "./metrics.ts";
import { countInRedis, type Counting } from "./redis/count-in-redis.ts";
import { counterScripts } from "./redis/scripts.ts";
import { SessionWriter } from "./dynamodb/session-writer.ts";
import { TopItem } from "./dynamodb/top/top-item.ts";
import { startRollUp } from "./roll-up/roll-up.ts";
import { TopPages } from "./top/top-pages.ts";

const settings = readSettingsOrExit(counterSettings, process.env, findConflicts);
const context = await createServiceContext("counter", settings);
const { instance, lifecycle, log } = context;
const now = () => Date.now();

const metrics = createCounterMetrics({
  registry: context.metrics,
  listeners: () => live.listeners,
  now,
});
const dynamodb = createDynamoDB({
  endpoint: settings.dynamodbEndpoint,
  region: settings.awsRegion,
  timeoutMs: settings.dynamodbTimeoutMs,
});
const days = new Days({
  store: new DynamoDBDayStore({ client: dynamodb, table: settings.daysTable }),
  now,
  onFailed: (error) => log.warn({ err: error }, "views may be booked to another day"),
});
const totals = new LedgerStore({ client: dynamodb, table: settings.countersTable, now, days });
const top = new TopPages({
  store: new TopItem({ client: dynamodb, table: settings.countersTable }),
  totals,
  unlisted: settings.unlistedPages,
  now,
});
const writer = randomUUID().replaceAll("-", "");
const random = () => Math.random();
const storeOptions = { writer, now, onCall: metrics.storeCalled };
const { countersTable: table, counterStore, redisUrl, redisTimeoutMs } = settings;
const counting: Counting =
  redisUrl === undefined || counterStore === "dynamodb"
    ? {
        store: new ItemStore({ ...storeOptions, random, client: dynamodb, table, days }),
        readiness: {},
        close: startRollUp(() => top.merge(), log).stop,
      }
    : countInRedis({
        ...storeOptions,
        redis: openRedis({
          url: redisUrl,
          isCluster: settings.redisCluster,
          timeoutMs: redisTimeoutMs,
          log,
          scripts: counterScripts,
        }),
        ledger: totals,
        onRollUp: (rollUp) => top.merge(rollUp),
        log,
        onGap: metrics.numbersSkipped,
      });
const sessions = new SessionWriter({
  client: dynamodb,
  table: settings.sessionsTable,
  instance,
  address: settings.sessionIp,
  maxBuffered: settings.sessionBuffer,
  maxPerSecond: settings.sessionRate,
  now,
  newId: randomUUIDv7,
  onWritten: metrics.sessionsWritten,
  onDropped: metrics.sessionsDropped,
});
const accounts = new Accounts({
  users: new DynamoDBUserStore({
    client: dynamodb,
    table: settings.usersTable,
    now,
    random,
  }),
  passwords: new Passwords(),
  tokens: new Tokens({ keys: settings.tokenKeys, issuer: settings.deployment }),
  attempts: new Attempts(now),
  isRegistrationOpen: settings.registration === "open",
  onRefusedLogin: () => {
    metrics.loginRefused();
    log.warn("login refused");
  },
});
const estimates = new Estimates(totals, now);
const counter = new Counter({
  store: counting.store,
  onHit: (hit) => {
    if (settings.sessions) sessions.record(hit);
  },
  onBatch: (batch, tally) => {
    metrics.counted(batch);
    estimates.remember(batch.page, tally);
    top.note(batch.page, tally.count);
    live.counted(batch.page);
  },
});
const live = new LiveCounts({
  now: () => performance.now(),
  read: (page) => counter.snapshot(page),
  instance,
  maxListeners: settings.eventListeners,
  maxPerAddress: settings.listenersPerAddress,
  stopping: lifecycle.stopping,
});
const newPages = new NewPages({
  perMinute: settings.newPagesPerMinute,
  knows: (page) => estimates.knows(page),
  exists: async (page) => (await totals.find(page)) !== undefined,
  now,
});
if (settings.embeddedMetrics) {
  publishEmbeddedMetric({
    metric: services.counter.scalingMetric,
    deployment: settings.deployment,
    read: metrics.readHitsPerSecond,
    write: (line) => process.stdout.write(`${line}\n`),
    now,
  });
}

await serve({
  app: createApp({
    ...context,
    counter,
    accounts,
    estimates,
    totals,
    top,
    days,
    live,
    newPages,
    trustedHops: settings.trustedHops,
    readiness: { ...counting.readiness, dynamodb: () => totals.check() },
  }),
  port: settings.port,
  listenHost: settings.listenHost,
  drainMs: settings.drainSeconds * 1_000,
  onStop: {
    ...context.onStop,
    "flush sessions": async () => {
      const dropped = await sessions.flush();
      if (dropped > 0) log.error({ dropped }, "session records could not be written");
    },
    // One step, so that all the time that is left is there for what has to be written.
    "close the stores": async () => {
      await counting.close?.();
      dynamodb.destroy();
    },
  },
  lifecycle,
  log,
});
