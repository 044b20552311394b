import { randomUUID, randomUUIDv7 } from "node:crypto";
import { readSettingsOrExit } from "../../shared/config.ts";
import { services } from "../../shared/contract.ts";
import { createDynamoDB } from "../../shared/dynamodb.ts";
import { publishEmbeddedMetric } from "../../shared/embedded-metric.ts";
import { serve } from "../../shared/serve.ts";
import { createServiceContext } from "../../shared/service-context.ts";
import { createApp } from "./app.ts";
import { openStore } from "./chosen-store.ts";
import { counterSettings } from "./config.ts";
import { Counter } from "./counter.ts";
import { Estimates } from "./estimates.ts";
import { LedgerStore } from "./ledger-store.ts";
import { LiveCounts } from "./live-counts.ts";
import { createCounterMetrics } from "./metrics.ts";
import { SessionWriter } from "./session-writer.ts";

const settings = readSettingsOrExit(counterSettings, process.env);
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
const totals = new LedgerStore({ client: dynamodb, table: settings.countersTable, now });
const chosen = openStore({
  ...{ settings, dynamodb, ledger: totals, now, log },
  writer: randomUUID().replaceAll("-", ""),
  onCall: metrics.storeCalled,
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
const estimates = new Estimates(totals, now);
const counter = new Counter({
  store: chosen.store,
  onHit: (hit) => {
    if (settings.sessions) sessions.record(hit);
  },
  onBatch: (batch, tally) => {
    metrics.counted(batch);
    estimates.remember(batch.page, tally);
  },
});
const live = new LiveCounts({
  read: (page) => counter.read(page),
  instance,
  maxListeners: settings.eventListeners,
  stopping: lifecycle.stopping,
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
    ...{ counter, estimates, totals, live, trustedHops: settings.trustedHops },
    readiness: { ...chosen.readiness, dynamodb: () => totals.check() },
  }),
  port: settings.port,
  drainMs: settings.drainSeconds * 1_000,
  onStop: [
    () => sessions.flush(),
    () => chosen.close(),
    () => {
      dynamodb.destroy();
      return Promise.resolve();
    },
  ],
  lifecycle,
  log,
});
