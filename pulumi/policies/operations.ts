import { type ResourceRule, unless } from "./rule.ts";

interface PolicyDocument {
  Statement: { Action?: string | string[] }[];
}

export const namedActions: ResourceRule = {
  name: "named-actions",
  description: "A policy names each action that it allows: no * in it.",
  types: [
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/policy:Policy",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
  ],
  check({ props }) {
    const { Statement } = JSON.parse(String(props["policy"])) as PolicyDocument;
    const actions = Statement.flatMap(({ Action = [] }) => Action);
    const wild = actions.filter((action) => action.includes("*"));
    return wild.map((action) => `it allows ${action}`);
  },
};

export const logRetention: ResourceRule = {
  name: "log-retention",
  description: "Logs expire.",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  check({ props }) {
    return unless(Number(props["retentionInDays"] ?? 0) > 0, "it keeps its logs for ever");
  },
};

export const wiredAlarms: ResourceRule = {
  name: "wired-alarms",
  description: "An alarm tells somebody.",
  types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  check({ props }) {
    const actions = (props["alarmActions"] ?? []) as unknown[];
    return unless(actions.length > 0, "it rings where nobody hears it");
  },
};
