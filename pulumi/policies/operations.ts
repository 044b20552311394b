import { type Resource, type ResourceRule, stackOf, type StackRule, unless } from "./rule.ts";

interface PolicyDocument {
  Statement: {
    Effect?: string;
    Action?: string | string[];
    Principal?: { Service?: string | string[] } | string;
    Condition?: Record<string, Record<string, unknown>>;
  }[];
}

/** Type of resource → the input that holds its policy. */
const policyInputs: Record<string, string> = {
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/policy:Policy": "policy",
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
};

/** What the policy of a resource allows; what it denies may be as wide as it likes. */
function allowed({ type, props }: Resource): PolicyDocument["Statement"] {
  const text = String(props[policyInputs[type] ?? ""]);
  const { Statement } = JSON.parse(text) as PolicyDocument;
  return Statement.filter(({ Effect }) => Effect !== "Deny");
}

export const namedActions: ResourceRule = {
  name: "named-actions",
  description: "A policy names each action that it allows: no * in it.",
  types: Object.keys(policyInputs),
  check(resource) {
    const actions = allowed(resource).flatMap(({ Action = [] }) => Action);
    const wild = actions.filter((action) => action.includes("*"));
    return wild.map((action) => `it allows ${action}`);
  },
};

/** EventBridge sends no source with it, so a condition would refuse it; it adds an empty stream. */
const sourceless = "logs:CreateLogStream";

export const ownAccountOnly: ResourceRule = {
  name: "own-account-only",
  description:
    "What a policy allows to a service of AWS is bound to the source's account or ARN, " +
    "except to create a log stream.",
  types: Object.keys(policyInputs),
  check(resource) {
    return allowed(resource).flatMap(({ Principal, Action, Condition = {} }) => {
      if (typeof Principal !== "object" || Principal.Service === undefined) return [];
      if (Action === sourceless) return [];
      const keys = Object.values(Condition).flatMap((each) => Object.keys(each));
      const bound = keys.some((key) => /^aws:Source(Account|Arn)$/i.test(key));
      return unless(bound, `it admits ${String(Principal.Service)} for anybody's account`);
    });
  },
};

export const flowLogs: StackRule = {
  name: "flow-logs",
  description: "In the stack prod, the VPC records its connections.",
  checkAll(resources) {
    if (resources.some(({ type }) => type === "aws:ec2/flowLog:FlowLog")) return [];
    const networks = resources.filter(({ type }) => type === "awsx:ec2:Vpc");
    const inProd = networks.filter((network) => stackOf(network) === "prod");
    return inProd.map(({ urn }) => ({ urn, message: "nobody records who talks to whom" }));
  },
};

export const logRetention: ResourceRule = {
  name: "log-retention",
  description: "Logs expire.",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check({ props }) {
    return unless(Number(props["retentionInDays"] ?? 0) > 0, "its logs never expire");
  },
};

export const namedRunbook: ResourceRule = {
  name: "named-runbook",
  description: "An alarm that tells people names its paragraph of the runbook.",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  check({ props }) {
    const actions = (props["alarmActions"] ?? []) as unknown[];
    const onlyScales =
      actions.length > 0 && actions.every((each) => /:autoscaling:/.test(String(each)));
    const description = String(props["alarmDescription"]);
    const isNamed = /RUNBOOK\.md#[a-z-]+$|^https:\S*#[a-z-]+$/.test(description);
    return unless(onlyScales || isNamed, `its description says not what to do: ${description}`);
  },
};

export const wiredAlarms: ResourceRule = {
  name: "wired-alarms",
  description: "An alarm has an action.",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  check({ props }) {
    const actions = (props["alarmActions"] ?? []) as unknown[];
    return unless(actions.length > 0, "it has no action");
  },
};
