import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster.ts";
import type { Config } from "../config/parse.ts";
import type { Ingress } from "../ingress/ingress.ts";
import { policyDocument, serviceGrant } from "../policy-document.ts";
import { balancerAlarm, eventAlarm } from "./alarms.ts";

export interface AlertsArgs {
  config: Config;
  cluster: Cluster;
  ingress: Ingress;
}

/** Where all alarms end: one SNS topic; and the alarms that belong to no single service. */
export class Alerts extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Alerts", name, {}, opts);
    const { topicArn, email, errorsPerMinute } = args.config.alarms;

    this.topicArn = topicArn === undefined ? this.#topic(name, email) : pulumi.output(topicArn);
    const scope = { topicArn: this.topicArn, parent: this };
    const ruleName = this.#recordFailedDeployments(args);
    eventAlarm({ ...scope, name: "failed-deployments" }, ruleName);
    const loadBalancer = args.ingress.loadBalancer.arnSuffix;
    balancerAlarm({ ...scope, name: "load-balancer" }, { errorsPerMinute, loadBalancer });
    this.registerOutputs({ topicArn: this.topicArn });
  }

  #topic(name: string, email?: string): pulumi.Output<string> {
    const topic = new aws.sns.Topic(name, {}, { parent: this });
    new aws.sns.TopicPolicy(
      name,
      { arn: topic.arn, policy: pulumi.jsonStringify(publisherPolicy(topic.arn)) },
      { parent: this },
    );
    if (email !== undefined)
      new aws.sns.TopicSubscription(
        name,
        { topic: topic.arn, protocol: "email", endpoint: email },
        { parent: this },
      );
    return topic.arn;
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

function publisherPolicy(topicArn: pulumi.Output<string>) {
  const account = topicArn.apply((arn) => arn.split(":")[4] ?? "");
  const publish = serviceGrant({
    service: "cloudwatch.amazonaws.com",
    action: "sns:Publish",
    resource: topicArn,
    condition: { StringEquals: { "aws:SourceAccount": account } },
  });
  return policyDocument([publish]);
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
