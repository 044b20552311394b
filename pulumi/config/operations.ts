import { z } from "zod";
import { fault } from "./faults.ts";
import { arn, percent } from "./formats.ts";

const valkey = z.strictObject({
  enabled: z.boolean().default(true).describe("without it the counter uses DynamoDB"),
  nodeType: z
    .string()
    .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, { error: "a node type such as cache.t4g.micro" })
    .default("cache.t4g.micro")
    .describe("size of each node"),
  replicas: z.int().min(0).max(5).default(0).describe("copies that take over; 0 has no failover"),
  snapshotDays: z.int().min(0).max(35).default(0).describe("days to keep daily snapshots"),
});

export const data = z.strictObject({
  pointInTimeRecovery: z.boolean().default(true).describe("continuous backups of the tables"),
  valkey: valkey.prefault({}),
});

export const alarms = z
  .strictObject({
    topicArn: arn("sns").optional().describe("SNS topic to notify; without, one is created"),
    email: z.email({ error: "an e-mail address" }).optional().describe("subscriber of that topic"),
    errorsPerMinute: z.int().min(1).default(5).describe("5xx answers of one service"),
    p95Seconds: z.number().positive().default(1).describe("95th percentile of response times"),
    cpuPercent: percent.default(90).describe("mean CPU of a service"),
    cacheMemoryPercent: percent.default(80).describe("memory of Valkey in use"),
  })
  .superRefine(({ topicArn, email }, context) => {
    if (topicArn !== undefined && email !== undefined)
      fault(context, {
        path: ["email"],
        expected: "no e-mail address, as alarms.topicArn names a topic with its own subscribers",
        remedy: "remove alarms.email or alarms.topicArn",
      });
  });

const offeredDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

export const logDays = z
  .literal(offeredDays)
  .default(30)
  .describe("days to keep logs, one that CloudWatch offers");
