import { z } from "zod";
import { env, type ServiceContract, tables } from "../../shared/contract.ts";
import { sizeFault } from "./fargate.ts";
import { fault } from "./faults.ts";
import { hostName } from "./formats.ts";
import { checkAllowed, retention } from "./prometheus.ts";
import { checkScaling, checkWakeUp, MOST_TASKS, scalingPolicy } from "./scaling.ts";

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

const size = z
  .strictObject({
    cpu: z.int().default(256).describe("CPU units, 1024 are one vCPU"),
    memory: z.int().default(512).describe("MiB"),
  })
  .superRefine(({ cpu, memory }, context) => {
    const wrong = sizeFault(cpu, memory);
    if (wrong !== undefined)
      fault(context, {
        path: [wrong.of],
        expected: wrong.expected,
        remedy: `set ${wrong.of} to one of them`,
      });
  });

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

const setByTheProgram = new Set<string>([
  ...Object.values(env),
  ...Object.values(tables).map((table) => table.env),
]);

const environment = z
  .record(z.string(), z.string())
  .superRefine((variables, context) => {
    for (const name of Object.keys(variables).filter((each) => setByTheProgram.has(each)))
      fault(context, {
        path: [name],
        expected: `nothing, as the program itself sets ${name}`,
        remedy: "remove it",
      });
    for (const name of Object.keys(variables).filter((each) => /^(AWS|ECS)_/.test(each)))
      if (!setByTheProgram.has(name))
        fault(context, {
          path: [name],
          expected: "no name of AWS' own: a task gets its credentials and its region by its role",
          remedy: "remove it",
        });
    for (const name of Object.keys(variables).filter((each) => !/^[A-Z_][A-Z0-9_]*$/i.test(each)))
      fault(context, {
        path: [name],
        expected: "a name of letters, digits and _, not a digit first",
        remedy: "rename it as the service's README lists it",
      });
  })
  .default({})
  .describe("environment variables of the service, as its README lists them");

/** What can be said of one service; its contract decides what it can be scaled on. */
export function service(contract: ServiceContract) {
  const keys = z.strictObject({
    size: size.prefault({}),
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

export const prometheus = z.strictObject({
  host: hostName.describe("host name of its own, the only one that reaches it"),
  allow: z
    .array(z.cidrv4({ error: "an IPv4 block such as 203.0.113.0/24" }))
    .min(1)
    .max(4)
    .superRefine(checkAllowed)
    .describe("IPv4 blocks that may open it, 1 to 4"),
  size: size.prefault({}),
  retention: retention
    .default("2d")
    .describe("how long it keeps samples; the disk is the task's own"),
});
