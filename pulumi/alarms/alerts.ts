import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster.ts";
import type { Config } from "../config/parse.ts";
import type { Ingress } from "../ingress/ingress.ts";
import { policyDocument, serviceGrant } from "../policy-document.ts";
import type { AlarmScope } from "./alarm.ts";
import { balancerAlarm, eventAlarm } from "./alarms.ts";
import { createTopics } from "./topics.ts";

export interface AlertsArgs {
  config: Config;
  cluster: Cluster;
  ingress: Ingress;
}

/** Where all alarms end: a topic for each severity; and the alarms that belong to no single service. */
export class Alerts extends pulumi.ComponentResource {
  readonly #common: Pick<AlarmScope, "topics" | "runbookUrl">;

  constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Alerts", name, {}, opts);
    const { alarms } = args.config;
    const { topicArn, ticketTopicArn = topicArn, runbookUrl, errorsPerMinute } = alarms;

    const topics =
      topicArn === undefined || ticketTopicArn === undefined
        ? createTopics(name, { alarms, parent: this })
        : { page: topicArn, ticket: ticketTopicArn };
    this.#common = { topics, runbookUrl };
    const ruleName = this.#recordFailedDeployments(args);
    eventAlarm(this.scope("failed-deployments", this), ruleName);
    const loadBalancer = args.ingress.loadBalancer.arnSuffix;
    balancerAlarm(this.scope("load-balancer", this), { errorsPerMinute, loadBalancer });
    this.registerOutputs({});
  }

  /** For the alarms of one part of the deployment. */
  scope(name: string, parent: pulumi.Resource): AlarmScope {
    return { ...this.#common, name, parent };
  }

  /**
   * Writes the events to a log group, whose policy names the one rule that may. An alarm then tells
   * the topic: EventBridge itself could publish there only without any condition.
   */
  #recordFailedDeployments({ cluster, config }: AlertsArgs): pulumi.Output<string> {
    const name = "failed-deployments";
    const parent = { parent: this };
    const services = cluster.arn.apply((arn) => `${arn.replace(":cluster/", ":service/")}/`);
    const rule = new aws.cloudwatch.EventRule(
      name,
      {
        description: "ECS gave up on a deployment",
        eventPattern: pulumi.jsonStringify({
          source: ["aws.ecs"],
          "detail-type": ["ECS Deployment State Change"],
          resources: [{ prefix: services }],
          detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
        }),
      },
      parent,
    );
    const group = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/events/${config.name}/${name}`, retentionInDays: config.logDays },
      parent,
    );
    const mayWrite = new aws.cloudwatch.LogResourcePolicy(
      name,
      {
        policyName: `${config.name}-${name}`,
        policyDocument: pulumi.jsonStringify(writerPolicy(group.arn, rule.arn)),
      },
      parent,
    );
    new aws.cloudwatch.EventTarget(
      name,
      { rule: rule.name, arn: group.arn },
      { parent: this, dependsOn: mayWrite },
    );
    return rule.name;
  }
}

/** EventBridge names the rule when it writes, but not when it creates the log stream before that. */
function writerPolicy(groupArn: pulumi.Output<string>, ruleArn: pulumi.Output<string>) {
  const service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"];
  const resource = pulumi.interpolate`${groupArn}:*`;
  const condition = { ArnEquals: { "aws:SourceArn": ruleArn } };
  return policyDocument([
    serviceGrant({ service, action: "logs:CreateLogStream", resource }),
    serviceGrant({ service, action: "logs:PutLogEvents", resource, condition }),
  ]);
}
