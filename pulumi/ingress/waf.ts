import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";

export type WafArgs = NonNullable<Config["ingress"]["waf"]> & {
  /** Part of its metrics' names, as two deployments may share a region. */
  deployment: string;
  loadBalancerArn: pulumi.Input<string>;
};

/**
 * A web application firewall in front of the load balancer: a limit for each address, and more.
 *
 * What it blocks never reaches a service, and is answered with problem details all the same.
 *
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html
 */
export class Waf extends pulumi.ComponentResource {
  constructor(name: string, args: WafArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Waf", name, args, opts);

    const acl = new aws.wafv2.WebAcl(
      name,
      {
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        customResponseBodies: problemBodies(),
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
    action: blockWith("too-many-requests", 429),
    statement: { rateBasedStatement: { limit, aggregateKeyType: "IP", evaluationWindowSec: 300 } },
    visibilityConfig: visibility("rate-limit"),
  };
}

/** All that block; those that AWS adds later answer with its own 403, without a body. */
const commonRuleNames = [
  ...["NoUserAgent_HEADER", "UserAgent_BadBots_HEADER"],
  ...["SizeRestrictions_QUERYSTRING", "SizeRestrictions_Cookie_HEADER", "SizeRestrictions_URIPATH"],
  ...["COOKIE", "QUERYARGUMENTS", "BODY", "URIPATH"].flatMap((place) => [
    `EC2MetaDataSSRF_${place}`,
    `CrossSiteScripting_${place}`,
  ]),
  ...["QUERYARGUMENTS", "BODY", "URIPATH"].flatMap((place) => [
    `GenericLFI_${place}`,
    `GenericRFI_${place}`,
  ]),
  ...["RestrictedExtensions_URIPATH", "RestrictedExtensions_QUERYARGUMENTS"],
];

function commonRules(): aws.types.input.wafv2.WebAclRule {
  const refused = blockWith("forbidden", 403);
  return {
    name: "common",
    priority: 10,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: "AWSManagedRulesCommonRuleSet",
        ruleActionOverrides: [
          // It stops bodies above 8 KiB; the services take 16 KiB and check for themselves.
          { name: "SizeRestrictions_BODY", actionToUse: { count: {} } },
          ...commonRuleNames.map((name) => ({ name, actionToUse: refused })),
        ],
      },
    },
    visibilityConfig: visibility("common"),
  };
}

/** The answers to what is blocked, by name, as the services tell problems. */
function problemBodies(): aws.types.input.wafv2.WebAclCustomResponseBody[] {
  const tooMany = "This address has sent too many requests in 5 minutes. Try again in a minute.";
  const forbidden =
    "A rule against attacks took the request for one. Change it, and send it again.";
  return [
    problemBody("too-many-requests", { title: "Too Many Requests", status: 429, detail: tooMany }),
    problemBody("forbidden", { title: "Forbidden", status: 403, detail: forbidden }),
  ];
}

/** WAF knows plain JSON only: `application/problem+json` is no type that it can send. */
function problemBody(key: string, problem: { title: string; status: number; detail: string }) {
  const content = JSON.stringify({ type: "about:blank", ...problem });
  return { key, content, contentType: "APPLICATION_JSON" };
}

/** Any page may read it: it tells nothing, and one that cannot read it sends again at once. */
function blockWith(customResponseBodyKey: string, responseCode: number) {
  const headers = {
    "access-control-allow-origin": "*",
    "cache-control": "no-store",
    ...(responseCode === 429 && {
      "access-control-expose-headers": "retry-after",
      "retry-after": "60",
    }),
  };
  const responseHeaders = Object.entries(headers).map(([name, value]) => ({ name, value }));
  return { block: { customResponse: { customResponseBodyKey, responseCode, responseHeaders } } };
}

function visibility(metricName: string) {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}
