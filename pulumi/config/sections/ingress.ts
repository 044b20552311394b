import { z } from "zod";

const waf = z.strictObject({
  requestsPer5Minutes: z
    .int()
    .min(10)
    .max(2_000_000_000)
    .describe("requests of one address within 5 minutes before it is blocked"),
  managedRules: z.boolean().default(true).describe("AWS' common rule set as well"),
});

export const ingress = z.strictObject({
  accessLogDays: z
    .int()
    .min(0)
    .max(3650)
    .default(0)
    .describe("days to keep the load balancer's access logs in S3; 0 writes and keeps none"),
  plainHttp: z
    .boolean()
    .default(false)
    .describe("accept plain HTTP where there is no domain: API keys travel unencrypted"),
  waf: waf.optional().describe("web application firewall; none without"),
});
