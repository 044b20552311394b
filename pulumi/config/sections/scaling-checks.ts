import type { z } from "zod";
import type { ServiceContract } from "../../../shared/contract.ts";
import { fault } from "../faults.ts";
import type { ScalingPolicy } from "./scaling.ts";

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
  const asleep = scaling.findIndex((policy) => policy.kind === "schedule" && policy.min === 0);
  if (asleep < 0 && tasks.min > 0) return;
  fault(context, {
    path: asleep < 0 ? ["tasks", "min"] : ["scaling", asleep, "min"],
    expected: "at least 1: without a task no metric rises, so nothing would ever start one",
    remedy: "set it to 1, or add a schedule with min 1 that starts the service",
  });
}
