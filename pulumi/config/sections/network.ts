import { z } from "zod";
import { offeredDays } from "../../limits/log-days.ts";

/** A /16 of the addresses that RFC 1918 and RFC 6598 keep for private networks. */
const privateBlock = new RegExp(
  `^(${[
    String.raw`10\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])`,
    String.raw`172\.(1[6-9]|2\d|3[01])`,
    String.raw`192\.168`,
    String.raw`100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])`,
  ].join("|")})\\.0\\.0/16$`,
);

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
