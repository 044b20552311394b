import { randomBytes, randomUUID } from "node:crypto";
import { readSettingsOrExit } from "../../shared/kit/config.ts";
import { services } from "../../shared/contract.ts";
import { createDynamoDB } from "../../shared/kit/dynamodb.ts";
import { publishEmbeddedMetric } from "../../shared/kit/process/embedded-metric.ts";
import { serve } from "../../shared/kit/process/serve.ts";
import { createServiceContext } from "../../shared/kit/process/service-context.ts";
import { ActiveStreams } from "./active-streams.ts";
import { createApp } from "./app.ts";
import { CallerGate } from "./resilience/caller-gate.ts";
import { findConflicts, streamGuardSettings } from "./config.ts";
import { DynamoDBDetailsStore } from "./dynamodb/details-store.ts";
import { StreamGuard } from "./guard.ts";
import { DynamoDBLeaseStore } from "./dynamodb/lease-store.ts";
import { createStreamMetrics } from "./metrics.ts";
import { StoreBreaker } from "./resilience/store-breaker.ts";
import { ViewerTokens } from "./http/viewer-tokens.ts";
import { UnclaimedSlots } from "./resilience/unclaimed-slots.ts";

const settings = readSettingsOrExit(streamGuardSettings, process.env, findConflicts);
const service = await createServiceContext("stream-guard", settings);

const client = createDynamoDB({
  endpoint: settings.dynamodbEndpoint,
  region: settings.awsRegion,
  timeoutMs: settings.dynamodbTimeoutMs,
});
const table = settings.streamsTable;
const limit = settings.streamLimit;
const leaseMs = settings.leaseSeconds * 1_000;
const now = () => Date.now();

const UNCLAIMED = { retryMs: 1_000, capacity: 10_000 };

const active = new ActiveStreams({ intervalMs: leaseMs / 3, now });
const leases = new DynamoDBLeaseStore({ client, table, limit });
const unclaimed = new UnclaimedSlots({ leases, now, ...UNCLAIMED });
const guard = new StreamGuard({
  leases,
  unclaimed,
  details: new DynamoDBDetailsStore({ client, table }),
  active,
  limit,
  leaseMs,
  clockSkewMs: settings.clockSkewSeconds * 1_000,
  now,
  createId: randomUUID,
  createOrderId: () => randomBytes(9).toString("base64url"),
});

const { viewerSecrets: secrets, viewerKeySetUrl: keySetUrl, viewerAudience: audience } = settings;
const knowsViewers = secrets.length > 0 || keySetUrl !== undefined;
const viewerTokens = knowsViewers ? new ViewerTokens({ secrets, keySetUrl, audience }) : undefined;

const breaker = new StoreBreaker(
  () => performance.now(),
  (err) => service.log.warn({ err }, "circuit opened"),
);
const app = createApp({
  guard,
  gate: new CallerGate({ parallel: settings.callerParallel, waiting: settings.callerWaiting }),
  breaker,
  deadlineMs: settings.deadlineMs,
  caller: { ...settings, viewerTokens },
  metrics: createStreamMetrics(service.metrics, { active, unclaimed, breaker }),
  context: { ...service, readiness: { dynamodb: () => leases.check() } },
});

if (settings.embeddedMetrics) {
  publishEmbeddedMetric({
    metric: services["stream-guard"].scalingMetric,
    deployment: settings.deployment,
    read: () => active.count,
    write: (line) => process.stdout.write(`${line}\n`),
    now,
  });
}

await serve({
  ...service,
  app,
  port: settings.port,
  listenHost: settings.listenHost,
  drainMs: settings.drainSeconds * 1_000,
  onStop: {
    ...service.onStop,
    "give slots back": () => unclaimed.stop(),
    "close DynamoDB": () => client.destroy(),
  },
});
