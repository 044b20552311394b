import type { TableAction } from "../../shared/contract.ts";

/** One statement of an IAM policy. Resources may be wildcards, actions never are. */
export interface Statement<Arn = string> {
  Effect: "Allow";
  Action: string[];
  Resource: Arn[] | "*";
  Condition?: Record<string, Record<string, Arn>>;
}

export function policyDocument<Arn>(statements: Statement<Arn>[]) {
  return { Version: "2012-10-17", Statement: statements };
}

/** Lets only ECS tasks of this account take the role. */
export const assumedByTasks = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: "sts:AssumeRole",
    },
  ],
};

/** What a service may do with one table: the actions of its contract, on this table alone. */
export function tableGrant<Arn>(tableArn: Arn, actions: readonly TableAction[]): Statement<Arn> {
  const named = actions.map((action) => `dynamodb:${action}`);
  return { Effect: "Allow", Action: named, Resource: [tableArn] };
}

export interface StartNeeds<Arn> {
  repositoryArns: Arn[];
  logGroupArn: Arn;
  /** `<log group>:*`, the streams of the log group. */
  logStreamArns: Arn;
  secretArns: Arn[];
}

/** What ECS itself needs to start a task: pull its image, write its log, read its secrets. */
export function startGrants<Arn>(needs: StartNeeds<Arn>): Statement<Arn>[] {
  const pull = ["BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"];
  const grants: Statement<Arn>[] = [
    // This action knows no resources.
    { Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: "*" },
    { Effect: "Allow", Action: pull.map((each) => `ecr:${each}`), Resource: needs.repositoryArns },
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [needs.logGroupArn, needs.logStreamArns],
    },
  ];
  if (needs.secretArns.length === 0) return grants;
  const readSecrets = ["secretsmanager:GetSecretValue"];
  return [...grants, { Effect: "Allow", Action: readSecrets, Resource: needs.secretArns }];
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
