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
  cache: "aws:elasticache/replicationGroup:ReplicationGroup",
  listener: "aws:lb/listener:Listener",
  logs: "aws:cloudwatch/logGroup:LogGroup",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  service: "aws:ecs/service:Service",
  table: "aws:dynamodb/table:Table",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
};

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
    ],
    bad: [[[resource(types.bucket, {})], /no BucketPublicAccessBlock/]],
  },
  "protected-in-prod": {
    good: [
      resource(types.table, table),
      resource(types.cache, cache),
      resource(types.balancer, { enableDeletionProtection: true }),
    ],
    bad: [
      [[resource(types.table, { ...table, deletionProtectionEnabled: false })], /deleted/],
      [[resource(types.table, { ...table, pointInTimeRecovery: undefined })], /restored/],
      [[resource(types.cache, { ...cache, snapshotRetentionLimit: 0 })], /snapshots/],
      [[resource(types.cache, { ...cache, automaticFailoverEnabled: false })], /failover/],
      [[resource(types.balancer, {})], /deleted/],
    ],
  },
  "named-actions": {
    good: [rolePolicy("dynamodb:GetItem", "dynamodb:PutItem")],
    bad: [
      [[rolePolicy("dynamodb:*")], /dynamodb:\*/],
      [[rolePolicy("s3:GetObject", "s3:Get*")], /s3:Get\*/],
    ],
  },
  "log-retention": {
    good: [resource(types.logs, { retentionInDays: 7 })],
    bad: [[[resource(types.logs, {})], /for ever/]],
  },
  "wired-alarms": {
    good: [resource(types.alarm, { alarmActions: ["arn:aws:sns:eu-west-1:1:ops"] })],
    bad: [[[resource(types.alarm, { alarmActions: [] })], /nobody hears/]],
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
    const elsewhere = resource(types.balancer, {});
    elsewhere.urn = elsewhere.urn.replace(":prod::", ":dev::");
    expect(violations(only, [elsewhere])).to.be.empty;
  });
});
