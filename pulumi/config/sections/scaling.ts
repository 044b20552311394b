import { z } from "zod";
import { cronFault } from "../../limits/cron.ts";
import { fault } from "../faults.ts";
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

/** Intl also takes offsets and any case; Application Auto Scaling takes names as IANA writes them. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name)) return false;
  try {
    const { timeZone } = Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // An alias resolves to another name; what resolves to itself in another case is misspelt.
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}
