import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Thresholds } from "./alarms.ts";
import type { Cluster } from "../cluster.ts";
import type { Config } from "../config/parse.ts";

export interface AlertsArgs {
  config: Pick<Config, "alarms">;
  cluster: Cluster;
}

/** Where all alarms end: one SNS topic, which also hears of every failed deployment. */
export class Alerts extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  readonly thresholds: Thresholds;

  constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Alerts", name, {}, opts);
    const { topicArn, email, ...thresholds } = args.config.alarms;

    this.topicArn = topicArn === undefined ? this.#topic(name, email) : pulumi.output(topicArn);
    this.thresholds = thresholds;
    this.#hearOfFailedDeployments(args.cluster);
    this.registerOutputs({ topicArn: this.topicArn });
  }

  #topic(name: string, email?: string): pulumi.Output<string> {
    const topic = new aws.sns.Topic(name, {}, { parent: this });
    new aws.sns.TopicPolicy(
      name,
      { arn: topic.arn, policy: pulumi.jsonStringify(publishersPolicy(topic.arn)) },
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

  #hearOfFailedDeployments(cluster: Cluster): void {
    const services = cluster.arn.apply((arn) => `${arn.replace(":cluster/", ":service/")}/`);
    const rule = new aws.cloudwatch.EventRule(
      "failed-deployments",
      {
        description: "ECS gave up on a deployment",
        eventPattern: pulumi.jsonStringify({
          source: ["aws.ecs"],
          "detail-type": ["ECS Deployment State Change"],
          resources: [{ prefix: services }],
          detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
        }),
      },
      { parent: this },
    );
    new aws.cloudwatch.EventTarget(
      "failed-deployments",
      { rule: rule.name, arn: this.topicArn },
      { parent: this },
    );
  }
}

function publishersPolicy(topicArn: pulumi.Output<string>) {
  const account = topicArn.apply((arn) => arn.split(":")[4] ?? "");
  const publish = { Effect: "Allow", Action: "sns:Publish", Resource: topicArn };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        ...publish,
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
      // EventBridge cannot publish under a condition.
      { ...publish, Principal: { Service: "events.amazonaws.com" } },
    ],
  };
}
