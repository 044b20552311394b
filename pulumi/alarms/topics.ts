import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";
import { policyDocument, serviceGrant } from "../policy-document.ts";
import type { Topics } from "./alarm.ts";

export interface TopicsArgs {
  alarms: Pick<Config["alarms"], "email" | "urls">;
  /** Where they are, if not in the stack's region. */
  region?: string;
  parent: pulumi.Resource;
}

/** Two topics: mail hears of everything, a pager only of what must wake somebody. */
export function createTopics(name: string, args: TopicsArgs): Topics {
  const { email, urls } = args.alarms;
  const page = createTopic(name, args);
  const ticket = createTopic(`${name}-tickets`, args);
  if (email !== undefined) {
    subscribe(name, { topic: page, protocol: "email", endpoint: email }, args);
    subscribe(`${name}-tickets`, { topic: ticket, protocol: "email", endpoint: email }, args);
  }
  urls.forEach((endpoint, index) => {
    // The address of a pager holds its key.
    const secret = pulumi.secret(endpoint);
    subscribe(
      `${name}-url-${index + 1}`,
      { topic: page, protocol: "https", endpoint: secret },
      args,
    );
  });
  return { page, ticket };
}

function createTopic(name: string, { region, parent }: TopicsArgs): pulumi.Output<string> {
  const place = region === undefined ? {} : { region };
  const { arn } = new aws.sns.Topic(name, place, { parent });
  const policy = pulumi.jsonStringify(publisherPolicy(arn));
  new aws.sns.TopicPolicy(name, { ...place, arn, policy }, { parent });
  return arn;
}

function subscribe(
  name: string,
  subscription: aws.sns.TopicSubscriptionArgs,
  { region, parent }: TopicsArgs,
): void {
  const place = region === undefined ? {} : { region };
  new aws.sns.TopicSubscription(name, { ...place, ...subscription }, { parent });
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
