import { z } from "zod";
import { fault } from "../faults.ts";
import { cacheNode } from "../../limits/cache-nodes.ts";

/** AWS takes no group from `off` to `on` but by `compatible`, which serves both kinds of clients. */
const clusterModes = ["off", "compatible", "on"] as const;

const valkey = z.strictObject({
  enabled: z.boolean().default(true).describe("without it the counter uses DynamoDB"),
  nodeType: z
    .string()
    .regex(cacheNode, { error: "a node type that runs Valkey, such as cache.t4g.micro" })
    .default("cache.t4g.micro")
    .describe("size of each node"),
  replicas: z.int().min(0).max(5).default(0).describe("copies that take over; 0 has no failover"),
  clusterMode: z
    .enum(clusterModes)
    .default("off")
    .describe("`on` for shards; an `off` one goes by `compatible`, and never back"),
  shards: z.int().min(1).max(50).default(1).describe("primaries that share the keys"),
  snapshotDays: z.int().min(0).max(35).default(0).describe("days to keep daily snapshots"),
});

export const data = z.strictObject({
  pointInTimeRecovery: z.boolean().default(true).describe("continuous backups of the tables"),
  valkey: valkey.prefault({}).superRefine(({ shards, clusterMode, replicas }, context) => {
    if (shards > 1 && clusterMode !== "on")
      fault(context, {
        path: ["shards"],
        expected: `1 while data.valkey.clusterMode is "${clusterMode}"`,
        remedy: "set clusterMode to on; pulumi/README.md says how a running stack gets there",
      });
    if (clusterMode === "compatible" && replicas === 0)
      fault(context, {
        path: ["replicas"],
        expected: "1 or more while data.valkey.clusterMode is compatible",
        remedy: "add a replica first: AWS changes the mode of none without one",
      });
  }),
});
