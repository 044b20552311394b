import { z } from "zod";
import { fault } from "./faults.ts";
import { arn, hostName, isWithin } from "./formats.ts";

export const network = z.strictObject({
  cidr: z
    .string()
    .regex(/^\d{1,3}\.\d{1,3}\.0\.0\/16$/, { error: "an IPv4 block of size /16" })
    .default("10.0.0.0/16")
    .describe("IPv4 block of the VPC, a /16; each zone takes a /18 of it"),
  availabilityZones: z.int().min(2).max(4).default(2).describe("zones to spread over"),
  nat: z
    .enum(["perZone", "single", "none"])
    .default("single")
    .describe("NAT gateways; without any, interface endpoints reach the AWS APIs"),
});

export const domain = z
  .strictObject({
    name: hostName.describe("public host name of the services"),
    zone: hostName.optional().describe("Route 53 zone that holds the names and validates"),
    certificateArn: arn("acm").optional().describe("certificate to use instead of a requested one"),
  })
  .superRefine(({ name, zone, certificateArn }, context) => {
    if (zone === undefined && certificateArn === undefined)
      fault(context, {
        expected: "a zone to validate a certificate in, or a certificateArn",
        remedy: "set domain.zone to the Route 53 zone, or domain.certificateArn",
      });
    if (zone !== undefined && !isWithin(name, zone))
      fault(context, {
        path: ["name"],
        expected: `a name within the zone ${zone}`,
        remedy: "correct domain.name or domain.zone",
      });
  });

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
    .describe("days to keep the load balancer's access logs in S3; 0 writes none"),
  waf: waf.optional().describe("web application firewall; none without"),
});
