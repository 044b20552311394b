import { randomUUID } from "node:crypto";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { readSettingsOrExit } from "../../shared/config.ts";
import { createDynamoDB } from "../../shared/dynamodb.ts";
import { serve } from "../../shared/serve.ts";
import { createServiceContext } from "../../shared/service-context.ts";
import { ActiveStreams } from "./active-streams.ts";
import { createApp } from "./app.ts";
import { CallerGate } from "./caller-gate.ts";
import { streamGuardSettings } from "./config.ts";
import { DynamoDBDetailsStore } from "./details-store.ts";
import { StreamGuard } from "./guard.ts";
import { DynamoDBLeaseStore } from "./lease-store.ts";

const settings = readSettingsOrExit(streamGuardSettings, process.env);
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

const active = new ActiveStreams({ intervalMs: leaseMs / 3, now });
const guard = new StreamGuard({
  leases: new DynamoDBLeaseStore({ client, table, limit }),
  details: new DynamoDBDetailsStore({ client, table }),
  active,
  limit,
  leaseMs,
  clockSkewMs: settings.clockSkewSeconds * 1_000,
  now,
  createId: randomUUID,
});

const app = createApp({
  guard,
  gate: new CallerGate({ parallel: settings.callerParallel, waiting: settings.callerWaiting }),
  caller: settings,
  context: {
    ...service,
    readiness: { dynamodb: () => client.send(new DescribeTableCommand({ TableName: table })) },
  },
});

await serve({
  app,
  port: settings.port,
  drainMs: settings.drainSeconds * 1_000,
  onStop: [
    () => {
      client.destroy();
      return Promise.resolve();
    },
  ],
  ...service,
});
