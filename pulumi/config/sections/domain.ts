import { z } from "zod";
import { fault } from "../faults.ts";
import { arn, hostName, isWithin } from "./formats.ts";

/** The longest name that ACM puts first on a certificate. */
const LONGEST_CERTIFICATE_NAME = 64;

export const domain = z
  .strictObject({
    name: hostName.describe("public host name of the services"),
    zone: hostName.optional().describe("Route 53 zone that holds the names and validates"),
    certificateArn: arn("acm", "certificate/[0-9a-z-]+")
      .optional()
      .describe("certificate to use instead of a requested one"),
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
