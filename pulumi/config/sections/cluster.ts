import { z } from "zod";
import { fault } from "../faults.ts";

function capacityShare(weight: number) {
  return z.strictObject({
    base: z.int().min(0).max(100_000).default(0).describe("tasks placed here first"),
    weight: z.int().min(0).max(1000).default(weight).describe("share of the tasks after the base"),
  });
}

const capacity = z
  .strictObject({
    fargate: capacityShare(1).prefault({}),
    spot: capacityShare(0).prefault({}),
  })
  .superRefine(({ fargate, spot }, context) => {
    if (fargate.base > 0 && spot.base > 0)
      fault(context, {
        path: ["spot", "base"],
        expected: "0, as only one capacity provider may have a base",
        remedy: "set cluster.capacity.spot.base to 0",
      });
    if (fargate.weight + spot.weight === 0)
      fault(context, {
        expected: "a weight above 0 for fargate or spot",
        remedy: "set cluster.capacity.fargate.weight to 1",
      });
  });

export const cluster = z.strictObject({
  insights: z
    .enum(["disabled", "enabled", "enhanced"])
    .default("disabled")
    .describe("CloudWatch Container Insights"),
  architecture: z.enum(["arm64", "x86_64"]).default("arm64").describe("CPU of tasks and images"),
  capacity: capacity.prefault({}),
  exec: z
    .boolean()
    .default(false)
    .describe("ECS Exec: lets those who may call ecs:ExecuteCommand open a shell in a container"),
});
