import { z } from "zod";
import { fault } from "../faults.ts";
import { arn, percent } from "./formats.ts";

export const alarms = z
  .strictObject({
    topicArn: arn("sns", String.raw`[\w-]+(\.fifo)?`)
      .optional()
      .describe("SNS topic to notify; without, one is created"),
    ticketTopicArn: arn("sns", String.raw`[\w-]+(\.fifo)?`)
      .optional()
      .describe("SNS topic for what can wait; without, topicArn's, or one is created"),
    urls: z
      .array(z.url({ protocol: /^https$/, error: "a URL that begins with https://" }))
      .max(10)
      .default([])
      .describe("pagers: https subscribers of what cannot wait; each must confirm"),
    runbookUrl: z
      .string()
      .regex(/^[^\s#]+$/, { error: "a URL without #" })
      .default("pulumi/RUNBOOK.md")
      .describe("where RUNBOOK.md is to be read; alarms name it with their paragraph"),
    outsideCheck: z
      .boolean()
      .default(false)
      .describe("Route 53 asks each service's public status, and tells topics in us-east-1"),
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
  .superRefine((section, context) => {
    for (const key of ["topicArn", "ticketTopicArn"] as const)
      if (section[key]?.endsWith(".fifo") === true)
        fault(context, {
          path: [key],
          expected: "a standard topic, as a FIFO topic sends no e-mail",
          remedy: `set alarms.${key} to a standard topic`,
        });
    const { topicArn, ticketTopicArn, email, urls, outsideCheck } = section;
    if (topicArn === undefined && ticketTopicArn !== undefined)
      fault(context, {
        path: ["ticketTopicArn"],
        expected: "nothing without alarms.topicArn, as then both topics are created",
        remedy: "set alarms.topicArn as well, or remove it",
      });
    // Subscribers of the topics that the program makes; the outside check always makes its own.
    if (topicArn === undefined || outsideCheck) return;
    if (email !== undefined)
      fault(context, {
        path: ["email"],
        expected: "no e-mail address, as alarms.topicArn names a topic with its own subscribers",
        remedy: "remove alarms.email or alarms.topicArn",
      });
    if (urls.length > 0)
      fault(context, {
        path: ["urls"],
        expected: "no URLs, as alarms.topicArn names a topic with its own subscribers",
        remedy: "remove alarms.urls or alarms.topicArn",
      });
  });
