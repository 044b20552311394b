import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "../../shared/contract.ts";
import type { Config } from "../config/parse.ts";
import type { Ingress } from "../ingress/ingress.ts";
import { outsideAlarm } from "./alarms.ts";
import { createTopics } from "./topics.ts";

export interface OutsideCheckArgs {
  config: Pick<Config, "alarms">;
  ingress: Ingress;
  services: readonly ServiceName[];
}

/** Where Route 53 keeps its metrics, and so the only place for alarms on them. */
const region = "us-east-1";

/**
 * Asks the public status of each service from several parts of the world, past DNS, certificate and
 * load balancer. Its alarms need topics of their own, as an alarm tells only topics of its region.
 */
export class OutsideCheck extends pulumi.ComponentResource {
  constructor(name: string, args: OutsideCheckArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:OutsideCheck", name, {}, opts);
    const { alarms } = args.config;
    const topics = createTopics(name, { alarms, region, parent: this });
    const { protocol, host } = args.ingress;
    const secure = protocol === "https";
    for (const service of args.services) {
      const check = new aws.route53.HealthCheck(
        `${service}-outside`,
        {
          type: secure ? "HTTPS" : "HTTP",
          enableSni: secure,
          fqdn: host,
          port: secure ? 443 : 80,
          resourcePath: `/${service}/status`,
          requestInterval: 30,
          failureThreshold: 2,
        },
        { parent: this },
      );
      const scope = { name: service, topics, runbookUrl: alarms.runbookUrl, parent: this };
      outsideAlarm(scope, { healthCheckId: check.id, region });
    }
    this.registerOutputs({});
  }
}
