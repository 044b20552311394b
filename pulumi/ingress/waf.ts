import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";

export type WafArgs = NonNullable<Config["ingress"]["waf"]> & {
  /** Part of its metrics' names, as two deployments may share a region. */
  deployment: string;
  loadBalancerArn: pulumi.Input<string>;
};

/** A web application firewall in front of the load balancer: a limit for each address, and more. */
export class Waf extends pulumi.ComponentResource {
  constructor(name: string, args: WafArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Waf", name, args, opts);

    const acl = new aws.wafv2.WebAcl(
      name,
      {
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: [rateLimit(args.requestsPer5Minutes), ...(args.managedRules ? [commonRules()] : [])],
        visibilityConfig: visibility(`${args.deployment}-${name}`),
      },
      { parent: this },
    );
    new aws.wafv2.WebAclAssociation(
      name,
      { webAclArn: acl.arn, resourceArn: args.loadBalancerArn },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

function rateLimit(limit: number): aws.types.input.wafv2.WebAclRule {
  return {
    name: "rate-limit",
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit, aggregateKeyType: "IP", evaluationWindowSec: 300 } },
    visibilityConfig: visibility("rate-limit"),
  };
}

function commonRules(): aws.types.input.wafv2.WebAclRule {
  return {
    name: "common",
    priority: 10,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: "AWSManagedRulesCommonRuleSet",
        // It stops bodies above 8 KiB; the services take 16 KiB and check for themselves.
        ruleActionOverrides: [{ name: "SizeRestrictions_BODY", actionToUse: { count: {} } }],
      },
    },
    visibilityConfig: visibility("common"),
  };
}

function visibility(metricName: string) {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}
