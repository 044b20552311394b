import type { TableAction } from "../../shared/contract.ts";
import type { Statement } from "../policy-document.ts";

/** What a service may do with one table: the actions of its contract, on this table alone. */
export function tableGrant<Arn>(tableArn: Arn, actions: readonly TableAction[]): Statement<Arn> {
  const named = actions.map((action) => `dynamodb:${action}`);
  return { Effect: "Allow", Action: named, Resource: [tableArn] };
}

export interface StartNeeds<Arn> {
  repositoryArn: Arn;
  logGroupArn: Arn;
  /** `<log group>:*`, the streams of the log group. */
  logStreamArns: Arn;
}

/** What ECS itself needs to start any task: pull an image of its own repository, write its log. */
export function startGrants<Arn>(needs: StartNeeds<Arn>): Statement<Arn>[] {
  return [
    // This action knows no resources.
    { Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: "*" },
    pullGrant(needs.repositoryArn),
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [needs.logGroupArn, needs.logStreamArns],
    },
  ];
}

export function pullGrant<Arn>(repositoryArn: Arn): Statement<Arn> {
  const pull = ["BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"];
  return { Effect: "Allow", Action: pull.map((each) => `ecr:${each}`), Resource: [repositoryArn] };
}

export function secretGrant<Arn>(secretArn: Arn): Statement<Arn> {
  return { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [secretArn] };
}

/** What a task needs for ECS Exec: the four calls by which its agent holds a session open. */
export function execGrant<Arn>(): Statement<Arn> {
  const channels = ["Create", "Open"].flatMap((verb) =>
    ["Control", "Data"].map((kind) => `ssmmessages:${verb}${kind}Channel`),
  );
  // These actions know no resources.
  return { Effect: "Allow", Action: channels, Resource: "*" };
}

/** What Prometheus needs to find the tasks of its cluster. */
export function discoveryGrants<Arn>(clusterArn: Arn): Statement<Arn>[] {
  return [
    {
      Effect: "Allow",
      Action: ["ecs:ListTasks", "ecs:DescribeTasks", "ecs:ListServices", "ecs:DescribeServices"],
      Resource: "*",
      Condition: { ArnEquals: { "ecs:cluster": clusterArn } },
    },
    // It tries its credentials on the default cluster, and reads addresses and tags.
    {
      Effect: "Allow",
      Action: ["ecs:DescribeClusters", "ecs:ListTagsForResource", "ec2:DescribeNetworkInterfaces"],
      Resource: "*",
    },
  ];
}

/** The ARN of the ECR repository an image lies in, or undefined when it lies elsewhere. */
export function repositoryArnOf(image: string): string | undefined {
  const ecr = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^@:]+)/.exec(image);
  if (ecr === null) return undefined;
  const [, account = "", region = "", repository = ""] = ecr;
  return `arn:aws:ecr:${region}:${account}:repository/${repository}`;
}
