import { z } from "zod";
import type { ServiceContract } from "../../shared/contract.ts";
import { cronFault } from "./cron.ts";
import { fault } from "./faults.ts";
import { percent } from "./formats.ts";

/** As many tasks as ECS runs in one service. */
export const MOST_TASKS = 5000;
const taskCount = z.int().min(0).max(MOST_TASKS);

const step = z.strictObject({
  kind: z.literal("step").describe("one task more or less when the mean CPU crosses a line"),
  outAtPercent: percent.default(85).describe("mean CPU at or above which one task is added"),
  inBelowPercent: percent.default(10).describe("mean CPU below which one task is removed"),
});

const target = z.strictObject({
  kind: z.literal("target").describe("keeps the mean of a metric at a value"),
  metric: z.enum(["cpu", "memory", "requests"]).describe("what is kept"),
  value: z.number().positive().describe("percent, or requests a minute for each task"),
});

const schedule = z.strictObject({
  kind: z.literal("schedule").describe("sets the bounds at known times"),
  cron: z
    .string()
    .superRefine((expression, context) => {
      const wrong = cronFault(expression);
      if (wrong === undefined) return;
      const expected = `a cron expression of AWS such as "0 8 ? * MON-FRI *" (${wrong})`;
      fault(context, { expected, remedy: "write minute hour day-of-month month day-of-week year" });
    })
    .describe("minute, hour, day of month, month, day of week, year; one of the days is `?`"),
  timezone: z
    .string()
    .refine(isTimeZone, { error: "an IANA time zone such as Europe/Berlin" })
    .default("UTC")
    .describe("IANA time zone of the cron expression"),
  min: taskCount.describe("fewest tasks from then on"),
  max: taskCount.describe("most tasks from then on"),
});

const latency = z.strictObject({
  kind: z.literal("latency").describe("keeps the response time that users feel"),
  p95Seconds: z.number().positive().max(60).describe("95th percentile of the response time"),
});

const metric = z.strictObject({
  kind: z.literal("metric").describe("keeps what the business counts"),
  value: z.number().positive().describe("mean of the service's own metric for each task"),
});

export const scalingPolicy = z.discriminatedUnion(
  "kind",
  [step, target, schedule, latency, metric],
  { error: "a policy of kind step, target, schedule, latency or metric" },
);

/** How the number of tasks follows the load; one service may have several that do not conflict. */
export type ScalingPolicy = z.infer<typeof scalingPolicy>;

/** Policies of one kind, for the part of the program that creates them. */
export type ScalingPolicyOf<Kind extends ScalingPolicy["kind"]> = Extract<
  ScalingPolicy,
  { kind: Kind }
>;

/** What a policy steers by. Two that steer by the same thing would pull in two directions. */
function steersBy(policy: ScalingPolicy): string {
  switch (policy.kind) {
    case "step":
      return "CPU";
    case "target":
      return policy.metric === "cpu" ? "CPU" : policy.metric;
    case "schedule":
      return `the times "${policy.cron}" in ${policy.timezone}`;
    case "latency":
      return "the response time";
    case "metric":
      return "the service's own metric";
  }
}

/** Refuses, each by its place: two policies on one metric, no metric, bounds in the wrong order. */
export function checkScaling(
  policies: ScalingPolicy[],
  contract: ServiceContract,
  context: z.RefinementCtx,
): void {
  const first = new Map<string, number>();
  policies.forEach((policy, i) => {
    const by = steersBy(policy);
    const earlier = first.get(by);
    first.set(by, earlier ?? i);
    if (earlier !== undefined)
      fault(context, {
        path: [i],
        expected: `one policy that steers by ${by}, but scaling.${earlier} does so already`,
        remedy: "remove one of the two",
      });
    if (policy.kind === "metric" && contract.scalingMetric === undefined)
      fault(context, {
        path: [i],
        expected: "a service with a scalingMetric in shared/contract.ts",
        remedy: "remove the policy, or let the service publish a metric",
      });
    checkBounds(policy, i, context);
  });
}

function checkBounds(policy: ScalingPolicy, i: number, context: z.RefinementCtx): void {
  if (policy.kind === "step" && policy.inBelowPercent >= policy.outAtPercent)
    fault(context, {
      path: [i, "inBelowPercent"],
      expected: `a percentage below outAtPercent (${policy.outAtPercent})`,
      remedy: "lower it, or the service scales out and in without end",
    });
  if (policy.kind === "target" && policy.metric !== "requests" && policy.value > 100)
    fault(context, {
      path: [i, "value"],
      expected: `at most 100 percent of ${policy.metric}`,
      remedy: "set value to the percentage to keep, such as 60",
    });
  if (policy.kind === "schedule" && policy.min > policy.max)
    fault(context, {
      path: [i, "min"],
      expected: `at most max (${policy.max})`,
      remedy: "lower min or raise max",
    });
}

/** Refuses bounds that let a service go to 0 tasks when nothing but load could bring it back. */
export function checkWakeUp(
  { tasks, scaling }: { tasks: { min: number }; scaling: ScalingPolicy[] },
  context: z.RefinementCtx,
): void {
  const schedules = scaling.filter((policy) => policy.kind === "schedule");
  if (schedules.some(({ min }) => min > 0)) return;
  const asleep = [tasks, ...schedules].some(({ min }) => min === 0);
  if (!asleep) return;
  fault(context, {
    path: ["tasks", "min"],
    expected: "at least 1: without a task no metric rises, so nothing would ever start one",
    remedy: "set tasks.min to 1, or add a schedule with min 1 that starts the service",
  });
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
