import { z } from "zod";
import { fault } from "./faults.ts";
import { arn, hostName, isWithin, offeredDays } from "./formats.ts";

/** A /16 of the addresses that RFC 1918 and RFC 6598 keep for private networks. */
const privateBlock =
  /^(10\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.0\.0\/16$/;

/** The longest name that ACM puts first on a certificate. */
const LONGEST_CERTIFICATE_NAME = 64;

export const network = z.strictObject({
  cidr: z
    .string()
    .regex(privateBlock, {
      error: "a private IPv4 block of size /16: 10.x, 172.16-31, 192.168 or 100.64-127",
    })
    .default("10.0.0.0/16")
    .describe("IPv4 block of the VPC, a /16; each zone takes a /18 of it"),
  availabilityZones: z.int().min(2).max(4).default(2).describe("zones to spread over"),
  nat: z
    .enum(["perZone", "single", "none"])
    .default("single")
    .describe("NAT gateways; without any, interface endpoints reach the AWS APIs"),
  flowLogDays: z
    .literal([0, ...offeredDays])
    .default(0)
    .describe("days to keep a record of each connection in the VPC; 0 writes none"),
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
    if (certificateArn === undefined && name.length > LONGEST_CERTIFICATE_NAME)
      fault(context, {
        path: ["name"],
        expected: `at most ${LONGEST_CERTIFICATE_NAME} characters, as ACM takes no more`,
        remedy: "shorten it, or bring a certificate by domain.certificateArn",
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
    .describe("days to keep the load balancer's access logs in S3; 0 writes and keeps none"),
  plainHttp: z
    .boolean()
    .default(false)
    .describe("accept plain HTTP where there is no domain: API keys travel unencrypted"),
  waf: waf.optional().describe("web application firewall; none without"),
});
