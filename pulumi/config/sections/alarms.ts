import { z } from "zod";
import { fault } from "../faults.ts";
import { arn, percent } from "./formats.ts";

export const alarms = z
  .strictObject({
    topicArn: arn("sns", String.raw`[\w-]+(\.fifo)?`)
      .optional()
      .describe("SNS topic to notify; without, one is created"),
    email: z.email({ error: "an e-mail address" }).optional().describe("subscriber of that topic"),
    errorPercent: percent.default(5).describe("share of the requests of a service that fail"),
    errorsPerMinute: z
      .int()
      .min(1)
      .default(20)
      .describe("failures a minute below which no share rings; 5xx of the load balancer itself"),
    p95Seconds: z
      .number()
      .positive()
      .max(60)
      .default(1)
      .describe("95th percentile of response times"),
    requestsPerMinute: z
      .int()
      .min(1)
      .default(100)
      .describe("requests a minute below which no response time rings"),
    cpuPercent: percent.default(90).describe("mean CPU of a service"),
    cacheMemoryPercent: percent.default(80).describe("memory of Valkey in use"),
  })
  .superRefine(({ topicArn, email }, context) => {
    if (topicArn?.endsWith(".fifo") === true)
      fault(context, {
        path: ["topicArn"],
        expected: "a standard topic, as a FIFO topic sends no e-mail",
        remedy: "set alarms.topicArn to a standard topic",
      });
    if (topicArn !== undefined && email !== undefined)
      fault(context, {
        path: ["email"],
        expected: "no e-mail address, as alarms.topicArn names a topic with its own subscribers",
        remedy: "remove alarms.email or alarms.topicArn",
      });
  });
