import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";

/**
 * The id of the hosted zone that the configuration names; undefined when it names none.
 * @throws pulumi.RunError when there is no such zone, before any resource is registered.
 */
export async function findZoneId({ domain }: Pick<Config, "domain">): Promise<string | undefined> {
  if (domain?.zone === undefined) return undefined;
  try {
    return (await aws.route53.getZone({ name: domain.zone })).zoneId;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new pulumi.RunError(
      "The stack configuration has a fault:\n" +
        "  page-services:domain.zone: expected a public hosted zone of this account, " +
        `got "${domain.zone}" (${reason})\n` +
        "    remedy: create the zone in Route 53, or correct domain.zone",
    );
  }
}
