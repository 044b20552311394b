import { z } from "zod";
import { cacheNode } from "../../limits/cache-nodes.ts";

const valkey = z.strictObject({
  enabled: z.boolean().default(true).describe("without it the counter uses DynamoDB"),
  nodeType: z
    .string()
    .regex(cacheNode, { error: "a node type that runs Valkey, such as cache.t4g.micro" })
    .default("cache.t4g.micro")
    .describe("size of each node"),
  replicas: z.int().min(0).max(5).default(0).describe("copies that take over; 0 has no failover"),
  snapshotDays: z.int().min(0).max(35).default(0).describe("days to keep daily snapshots"),
});

export const data = z.strictObject({
  pointInTimeRecovery: z.boolean().default(true).describe("continuous backups of the tables"),
  valkey: valkey.prefault({}),
});
