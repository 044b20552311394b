import { expect } from "chai";
import { type Resource, violations } from "./rule.ts";
import { rules } from "./rules.ts";

function resource(type: string, props: Resource["props"], name = "it"): Resource {
  return { urn: `urn:pulumi:prod::p::${type}::${name}`, type, name, props };
}

const listenerRule = (priority: number, values: string[], name: string) =>
  resource(
    "aws:lb/listenerRule:ListenerRule",
    { priority, conditions: [{ pathPattern: { values } }] },
    name,
  );

const ingress = (props: Resource["props"], name: string) =>
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", props, name);

const task = (props: Resource["props"]) => resource("aws:ecs/taskDefinition:TaskDefinition", props);

const containers = (...all: object[]) =>
  task({ cpu: "256", memory: "512", containerDefinitions: JSON.stringify(all) });

const rolePolicy = (...Action: string[]) =>
  resource("aws:iam/rolePolicy:RolePolicy", {
    policy: JSON.stringify({ Statement: [{ Action }] }),
  });

const confined = {
  name: "app",
  image: `repo@sha256:${"0".repeat(64)}`,
  user: "1000:1000",
  readonlyRootFilesystem: true,
};
const service = {
  deploymentCircuitBreaker: { enable: true, rollback: true },
  waitForSteadyState: true,
};
const table = {
  serverSideEncryption: { enabled: true },
  deletionProtectionEnabled: true,
  pointInTimeRecovery: { enabled: true },
};
const cache = {
  atRestEncryptionEnabled: true,
  transitEncryptionEnabled: true,
  authToken: "secret",
  snapshotRetentionLimit: 7,
  automaticFailoverEnabled: true,
};
const tls = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
const open = { cidrIpv4: "0.0.0.0/0", fromPort: 443, toPort: 443 };

const types = {
  balancer: "aws:lb/loadBalancer:LoadBalancer",
  bucket: "aws:s3/bucket:Bucket",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  cache: "aws:elasticache/replicationGroup:ReplicationGroup",
  listener: "aws:lb/listener:Listener",
  logs: "aws:cloudwatch/logGroup:LogGroup",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  service: "aws:ecs/service:Service",
  table: "aws:dynamodb/table:Table",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
  topicPolicy: "aws:sns/topicPolicy:TopicPolicy",
  vpc: "awsx:ec2:Vpc",
  flowLog: "aws:ec2/flowLog:FlowLog",
  key: "aws:kms/key:Key",
};

const goodbye = { Farewell: "prod" };
const accepted = {
  protocol: "HTTP",
  defaultActions: [{ type: "fixed-response" }],
  tags: { PlainHttp: "accepted" },
};
const delivery = {
  Effect: "Allow",
  Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
  Action: "s3:PutObject",
};
const policyOf = (...Statement: object[]) => ({ policy: JSON.stringify({ Statement }) });
const bucketPolicy = (...all: object[]) => resource(types.bucketPolicy, policyOf(...all));
const trust = (Condition: object) => {
  const Statement = [{ Effect: "Allow", Principal: { Service: "ecs-tasks" }, Condition }];
  return resource("aws:iam/role:Role", { assumeRolePolicy: JSON.stringify({ Statement }) });
};
const logPolicy = (Action: string | string[]) => {
  const Statement = [{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action }];
  return resource("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", {
    policyDocument: JSON.stringify({ Statement }),
  });
};
const inDev = (each: Resource) => ({ ...each, urn: each.urn.replace(":prod::", ":dev::") });

/** For each rule: what it lets pass, and what it stops, with a word of what it says. */
const cases: Record<string, { good: Resource[]; bad: [Resource[], RegExp][] }> = {
  "unique-priorities": {
    good: [listenerRule(10, ["/a"], "a"), listenerRule(20, ["/b"], "b")],
    bad: [[[listenerRule(10, ["/a"], "a"), listenerRule(10, ["/b"], "b")], /a has priority 10/]],
  },
  "few-condition-values": {
    good: [listenerRule(1, ["/1", "/2", "/3", "/4", "/5"], "five")],
    bad: [[[listenerRule(1, ["/1", "/2", "/3", "/4", "/5", "/6"], "six")], /6 condition values/]],
  },
  "closed-to-the-world": {
    good: [
      ingress(open, "world-to-load-balancer-443"),
      ingress({ referencedSecurityGroupId: "sg-1", fromPort: 6379, toPort: 6379 }, "cache"),
    ],
    bad: [
      [[ingress(open, "world-to-tasks-443")], /whole world/],
      [[ingress({ ...open, fromPort: 0 }, "world-to-load-balancer-0")], /whole world/],
      [[ingress({ cidrIpv6: "::/0", fromPort: 22, toPort: 22 }, "tasks")], /whole world/],
      [[resource("aws:ec2/securityGroup:SecurityGroup", { ingress: [open] })], /inline/],
    ],
  },
  "modern-tls": {
    good: [
      resource(types.listener, { protocol: "HTTPS", sslPolicy: tls }),
      resource(types.listener, { protocol: "HTTP" }),
    ],
    bad: [
      [
        [resource(types.listener, { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-2016-08" })],
        /2016/,
      ],
    ],
  },
  "short-names": {
    good: [resource(types.targetGroup, {}, "x".repeat(24))],
    bad: [
      [[resource(types.targetGroup, {}, "x".repeat(25))], /longer than 24/],
      [[resource(types.balancer, { name: "x".repeat(33) })], /longer than 32/],
      [[resource(types.rolePolicy, {}, "x".repeat(121))], /longer than 120/],
    ],
  },
  "fargate-sizes": {
    good: [containers(confined)],
    bad: [[[task({ cpu: "256", memory: "4096", containerDefinitions: "[]" })], /512, 1024, 2048/]],
  },
  "confined-containers": {
    good: [containers(confined)],
    bad: [
      [[containers({ ...confined, user: "root" })], /runs as root/],
      [[containers({ ...confined, user: undefined })], /runs as root/],
      [[containers({ ...confined, user: "0:0" })], /runs as root/],
      [[containers({ ...confined, readonlyRootFilesystem: false })], /may write/],
      [[containers(confined, { ...confined, image: "repo:latest" })], /tag/],
    ],
  },
  "safe-deployments": {
    good: [resource(types.service, service)],
    bad: [
      [[resource(types.service, { ...service, launchType: "FARGATE" })], /launch type/],
      [[resource(types.service, { ...service, deploymentCircuitBreaker: {} })], /breaker/],
      [[resource(types.service, { ...service, waitForSteadyState: false })], /steady/],
      [
        [resource(types.service, { ...service, networkConfiguration: { assignPublicIp: true } })],
        /public/,
      ],
    ],
  },
  encrypted: {
    good: [resource(types.table, table), resource(types.cache, cache)],
    bad: [
      [[resource(types.table, { ...table, serverSideEncryption: undefined })], /at rest/],
      [[resource(types.cache, { ...cache, atRestEncryptionEnabled: false })], /at rest/],
      [[resource(types.cache, { ...cache, transitEncryptionEnabled: undefined })], /TLS/],
      [[resource(types.cache, { ...cache, authToken: undefined })], /password/],
    ],
  },
  "private-buckets": {
    good: [
      resource(types.bucket, {}),
      resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {}),
      resource(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        {},
      ),
      resource(types.bucketPolicy, {}),
    ],
    bad: [
      [[resource(types.bucket, {})], /no BucketPublicAccessBlock/],
      [[resource(types.bucket, {})], /no BucketPolicy/],
    ],
  },
  "protected-in-prod": {
    good: [
      resource(types.table, table),
      resource(types.cache, cache),
      resource(types.balancer, { enableDeletionProtection: true }),
      resource(types.balancer, { tags: { Farewell: "prod" } }),
      resource(types.table, { ...table, deletionProtectionEnabled: false, tags: goodbye }),
    ],
    bad: [
      [[resource(types.table, { ...table, deletionProtectionEnabled: false })], /deleted/],
      [[resource(types.table, { ...table, pointInTimeRecovery: undefined })], /restored/],
      [[resource(types.cache, { ...cache, snapshotRetentionLimit: 0 })], /snapshots/],
      [[resource(types.cache, { ...cache, automaticFailoverEnabled: false })], /failover/],
      [[resource(types.balancer, {})], /deleted.*page-services:farewell/],
      [[resource(types.balancer, { tags: { Farewell: "dev" } })], /deleted/],
      [
        [resource(types.table, { ...table, tags: goodbye, pointInTimeRecovery: undefined })],
        /restored/,
      ],
    ],
  },
  "named-actions": {
    good: [
      rolePolicy("dynamodb:GetItem", "dynamodb:PutItem"),
      bucketPolicy({ Effect: "Deny", Action: "s3:*" }),
    ],
    bad: [
      [[rolePolicy("dynamodb:*")], /dynamodb:\*/],
      [[rolePolicy("s3:GetObject", "s3:Get*")], /s3:Get\*/],
    ],
  },
  "own-account-only": {
    good: [
      bucketPolicy({ ...delivery, Condition: { ArnLike: { "aws:SourceArn": "arn:aws:elb" } } }),
      trust({ StringEquals: { "aws:SourceAccount": "123456789012" } }),
      logPolicy("logs:CreateLogStream"),
    ],
    bad: [
      [[bucketPolicy(delivery)], /logdelivery.*anybody/],
      [[trust({ StringEquals: { "aws:PrincipalTag": "x" } })], /ecs-tasks/],
      [[resource(types.topicPolicy, policyOf(delivery))], /anybody/],
      [[logPolicy("logs:PutLogEvents")], /events.*anybody/],
      [[logPolicy(["logs:CreateLogStream", "logs:PutLogEvents"])], /events.*anybody/],
    ],
  },
  "flow-logs": {
    good: [resource(types.vpc, {}), resource(types.flowLog, {})],
    bad: [[[resource(types.vpc, {})], /nobody records/]],
  },
  "tls-only-buckets": {
    good: [
      bucketPolicy({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
    ],
    bad: [
      [[bucketPolicy(delivery)], /without TLS/],
      [
        [
          bucketPolicy({
            Effect: "Allow",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        ],
        /without TLS/,
      ],
    ],
  },
  "rotated-keys": {
    good: [resource(types.key, { enableKeyRotation: true })],
    bad: [[[resource(types.key, {})], /never rotated/]],
  },
  "tls-for-keys": {
    good: [
      resource(types.listener, { protocol: "HTTP", defaultActions: [{ type: "redirect" }] }),
      resource(types.listener, { protocol: "HTTPS", defaultActions: [{ type: "forward" }] }),
      inDev(resource(types.listener, accepted)),
    ],
    bad: [
      [[resource(types.listener, accepted)], /without TLS/],
      [[inDev(resource(types.listener, { ...accepted, tags: {} }))], /without TLS/],
    ],
  },
  "log-retention": {
    good: [resource(types.logs, { retentionInDays: 7 })],
    bad: [[[resource(types.logs, {})], /never expire/]],
  },
  "named-runbook": {
    good: [
      resource(types.alarm, {
        alarmActions: ["arn:aws:sns:eu-west-1:1:ops"],
        alarmDescription: "Down. What to do: https://example.com/RUNBOOK.md#outage",
      }),
      resource(types.alarm, { alarmActions: ["arn:aws:autoscaling:eu-west-1:1:scalingPolicy:x"] }),
    ],
    bad: [
      [
        [
          resource(types.alarm, {
            alarmActions: ["arn:aws:sns:eu-west-1:1:ops"],
            alarmDescription: "Down",
          }),
        ],
        /not what to do/,
      ],
    ],
  },
  "wired-alarms": {
    good: [resource(types.alarm, { alarmActions: ["arn:aws:sns:eu-west-1:1:ops"] })],
    bad: [[[resource(types.alarm, { alarmActions: [] })], /no action/]],
  },
};

describe("the policies", () => {
  it("are all put to the test", () => {
    expect(Object.keys(cases)).to.have.members(rules.map(({ name }) => name));
  });

  for (const [name, { good, bad }] of Object.entries(cases))
    describe(name, () => {
      const only = rules.filter((rule) => rule.name === name);

      it("lets pass what is right", () => {
        expect(violations(only, good)).to.be.empty;
      });

      for (const [resources, message] of bad)
        it(`fires with ${message.source}`, () => {
          const found = violations(only, resources).map((violation) => violation.message);
          expect(found.join("; ")).to.match(message);
        });
    });

  it("protect what is in prod only", () => {
    const only = rules.filter(({ name }) => name === "protected-in-prod");
    expect(violations(only, [inDev(resource(types.balancer, {}))])).to.be.empty;
  });
});
