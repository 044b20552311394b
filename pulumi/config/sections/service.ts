import { z } from "zod";
import type { ServiceContract } from "../../../shared/contract.ts";
import { fault } from "../faults.ts";
import { environment } from "./environment.ts";
import { checkScaling, checkWakeUp } from "./scaling-checks.ts";
import { MOST_TASKS, scalingPolicy } from "./scaling.ts";
import { taskSize } from "./task-size.ts";

const tasks = z
  .strictObject({
    min: z.int().min(0).default(1).describe("fewest tasks"),
    max: z.int().min(1).max(MOST_TASKS).default(4).describe("most tasks"),
  })
  .superRefine(({ min, max }, context) => {
    if (min > max)
      fault(context, {
        path: ["min"],
        expected: `at most tasks.max (${max})`,
        remedy: "lower tasks.min or raise tasks.max",
      });
  });

/** What can be said of one service; its contract decides what it can be scaled on. */
export function service(contract: ServiceContract) {
  const keys = z.strictObject({
    size: taskSize.prefault({}),
    tasks: tasks.prefault({}),
    environment,
    scaling: z
      .array(scalingPolicy)
      .superRefine((policies, context) => checkScaling(policies, contract, context))
      .prefault([{ kind: "step" }])
      .describe("policies that move the number of tasks, see below"),
  });
  return keys.superRefine(checkWakeUp);
}
