import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import {
  container,
  deployedRateLimits,
  env,
  serviceNames,
  services,
  tables,
} from "../shared/contract.ts";
import {
  containerOf,
  environmentOf,
  names,
  recordedStacks,
  secretsOf,
} from "./offline/recorded-stacks.ts";
import { find, ofType, type Recording } from "./offline/recording.ts";
import { type } from "./offline/resource-types.ts";
import { runProgram } from "./offline/run-program.ts";
import { bare, digest } from "./offline/sample-stacks.ts";
import { root } from "./offline/stack-file.ts";

describe("the services in the Pulumi program", () => {
  let dev: Recording;
  let prod: Recording;
  let least: Recording;

  before(async function () {
    this.timeout(180_000);
    ({ dev, prod, least } = await recordedStacks());
  });

  describe("services", () => {
    it("deploy without downtime, roll back, and wait until they are steady", () => {
      for (const name of serviceNames) {
        const { props, afterUpdateHooks } = find(prod, type.service, name);
        expect(props).to.include({
          deploymentMinimumHealthyPercent: 100,
          deploymentMaximumPercent: 200,
          waitForSteadyState: true,
          forceNewDeployment: true,
        });
        expect(props["deploymentCircuitBreaker"]).to.deep.equal({ enable: true, rollback: true });
        expect(props["alarms"]).to.include({ enable: true, rollback: true });
        expect(afterUpdateHooks).to.equal(1);
      }
    });

    it("leave the number of tasks to the autoscaler and name no launch type", () => {
      for (const service of ofType(prod, type.service)) {
        expect(service.ignoreChanges).to.deep.equal(["desiredCount"]);
        expect(service.props).to.not.have.property("launchType");
        expect(service.props["networkConfiguration"]).to.include({ assignPublicIp: false });
      }
    });

    it("wait for their listener rule, their roles and the capacity providers", () => {
      const providers = find(
        dev,
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        "cluster",
      );
      for (const name of serviceNames) {
        const { dependencies } = find(dev, type.service, name);
        expect(dependencies).to.include(find(dev, type.listenerRule, name).urn);
        expect(dependencies).to.include(providers.urn);
        const mayStart = find(dev, "aws:iam/rolePolicy:RolePolicy", `${name}-execution`);
        expect(find(dev, type.task, name).dependencies).to.include(mayStart.urn);
      }
    });

    it("read each secret by a policy of its own, which goes only after the tasks that need it", () => {
      const policies = names(ofType(dev, "aws:iam/rolePolicy:RolePolicy"));
      // Named after its secret: a renamed one gets a policy beside the old one.
      const own = ["cache-url", "api-key", "token-key"].map(
        (secret) => `counter-execution-${secret}`,
      );
      expect(policies).to.include.members(["counter-execution", ...own]);
      const { policy } = find(dev, "aws:iam/rolePolicy:RolePolicy", "counter-execution").props;
      expect(String(policy)).to.not.contain("secretsmanager");
      const other = "counter-execution-eu-west-1-123456789012-repository-other";
      expect(names(ofType(least, "aws:iam/rolePolicy:RolePolicy"))).to.include(other);
    });

    it("take roles that only the tasks of their own account may assume", () => {
      for (const { name, props } of ofType(dev, "aws:iam/role:Role")) {
        expect(String(props["assumeRolePolicy"]), name).to.contain(
          '"aws:SourceAccount":"123456789012"',
        );
      }
    });

    it("run on Spot in dev, and on three On-Demand tasks below Spot in prod", () => {
      const strategies = (each: Recording) =>
        find(each, type.service, "counter").props["capacityProviderStrategies"];
      expect(strategies(dev)).to.deep.equal([
        { capacityProvider: "FARGATE_SPOT", base: 0, weight: 1 },
      ]);
      expect(strategies(prod)).to.deep.equal([
        { capacityProvider: "FARGATE", base: 3, weight: 1 },
        { capacityProvider: "FARGATE_SPOT", base: 0, weight: 2 },
      ]);
    });

    it("have target groups on the container's port, checked at its health path", () => {
      for (const name of serviceNames) {
        const { props } = find(prod, type.targetGroup, name);
        expect(props).to.include({ port: container.port, targetType: "ip" });
        expect(props["deregistrationDelay"]).to.be.greaterThan(container.drainSeconds);
        expect(props["healthCheck"]).to.include({ path: container.healthPath, matcher: "200" });
        const [target] = find(prod, type.service, name).props["loadBalancers"] as object[];
        expect(target).to.include({ containerName: name, containerPort: container.port });
      }
    });

    it("get their tables as plain names, and keys and the cache's address as secrets only", () => {
      const environment = environmentOf(dev, "counter");
      expect(environment).to.include({ [env.trustedHops]: "1", ...deployedRateLimits });
      expect(environment[tables.counters.env]).to.match(/^counters-/);
      expect(environment).to.not.have.any.keys(env.redisUrl, env.apiKeys, tables.products.env);
      expect(secretsOf(dev, "counter")).to.deep.equal([env.apiKeys, env.redisUrl, env.tokenKeys]);
      expect(secretsOf(dev, "stream-guard")).to.deep.equal([env.apiKeys]);
    });

    it("publish their own metric only where they are scaled on it", () => {
      expect(environmentOf(prod, "stream-guard")).to.include({ [env.embeddedMetrics]: "on" });
      expect(environmentOf(prod, "counter")).to.not.have.property(env.embeddedMetrics);
    });

    it("stop within the contract's time, on a read-only disk, below an init process", () => {
      expect(containerOf(dev, "catalog")).to.deep.include({
        stopTimeout: container.stopTimeoutSeconds,
        readonlyRootFilesystem: true,
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
      });
    });

    it("may touch the tables of the contract with the actions of the contract, and no others", () => {
      const { policy } = find(dev, "aws:iam/rolePolicy:RolePolicy", "counter-task").props;
      const { Statement } = JSON.parse(String(policy)) as {
        Statement: { Action: string[]; Resource: string[] }[];
      };
      expect(Statement.map(({ Action }) => Action)).to.deep.equal(
        Object.values(services.counter.tables).map((actions) =>
          actions.map((action) => `dynamodb:${action}`),
        ),
      );
      for (const { Resource } of Statement)
        expect(Resource.join()).to.match(/:table\/(counters|sessions|users|days)-\w{7}$/);
    });

    it("are built from one Dockerfile, but not during a preview", () => {
      const { props } = find(dev, type.image, "catalog");
      expect(props).to.deep.include({
        context: { location: ".." },
        dockerfile: { location: "../services/Dockerfile" },
        buildArgs: { SERVICE: "catalog" },
        buildOnPreview: false,
        push: true,
      });
    });

    it("are not built when their images are given", () => {
      expect(ofType(least, type.image)).to.be.empty;
      expect(containerOf(least, "counter").image).to.equal(digest);
    });
  });

  describe("a shell in a container", () => {
    const statements = (each: Recording) =>
      String(find(each, "aws:iam/rolePolicy:RolePolicy", "counter-task").props["policy"]);

    it("is closed by default", () => {
      expect(find(prod, type.service, "counter").props["enableExecuteCommand"]).to.equal(false);
      expect(statements(prod)).to.not.contain("ssmmessages");
      expect(containerOf(prod, "counter").mountPoints).to.be.empty;
    });

    it("is opened by cluster.exec, on a file system that stays read-only", () => {
      expect(find(least, type.service, "counter").props["enableExecuteCommand"]).to.equal(true);
      expect(statements(least)).to.contain("ssmmessages:OpenDataChannel");
      expect(containerOf(least, "counter")).to.include({ readonlyRootFilesystem: true });
      expect(containerOf(least, "counter").mountPoints).to.have.lengthOf(3);
    });
  });

  describe("scaling", () => {
    it("adds a task at 85 % CPU and removes one below 10 %, telling nobody but the policy", () => {
      const out = find(dev, type.alarm, "counter-cpu-out").props;
      const back = find(dev, type.alarm, "counter-cpu-in").props;
      expect(out).to.include({
        threshold: 85,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
      });
      expect(back).to.include({ threshold: 10, comparisonOperator: "LessThanThreshold" });
      for (const { alarmActions } of [out, back] as { alarmActions: string[] }[])
        expect(alarmActions.join()).to.match(/^[^,]*:scalingPolicy:[^,]*$/);
    });

    it("keeps CPU, memory, requests, latency and the service's own metric where asked to", () => {
      const tracked = ofType(prod, type.policy)
        .filter(({ props }) => props["policyType"] === "TargetTrackingScaling")
        .map(({ name }) => name);
      expect(tracked).to.have.members([
        "catalog-cpu",
        "catalog-memory",
        "catalog-requests",
        "counter-latency",
        "stream-guard-metric",
      ]);
    });

    it("does not move the bounds back that a schedule has moved", () => {
      const ignored = (name: string) => find(prod, type.scalableTarget, name).ignoreChanges;
      expect(ignored("catalog")).to.deep.equal(["minCapacity", "maxCapacity"]);
      expect(ignored("counter")).to.be.empty;
    });

    it("is changed by the end of the last schedule, so that its bounds end with it", () => {
      const suspended = (name: string) =>
        find(prod, type.scalableTarget, name).props["suspendedState"];
      expect(suspended("catalog")).to.deep.equal({ scheduledScalingSuspended: false });
      expect(suspended("counter")).to.deep.equal({ scheduledScalingSuspended: true });
    });
  });

  describe("watching", () => {
    it("tells the topic about every alarm but those that only scale", () => {
      const topic = `arn:aws:sns:eu-west-1:123456789012:ops`;
      const others = ofType(least, type.alarm).filter(({ name }) => !/-cpu-(in|out)$/.test(name));
      for (const { props } of others) expect(props["alarmActions"]).to.deep.equal([topic]);
      expect(ofType(least, "aws:sns/topic:Topic")).to.be.empty;
    });

    it("turns a deployment back by failures and response times, not by a handful of requests", () => {
      const { alarms } = find(prod, type.service, "counter").props as {
        alarms: { alarmNames: string[] };
      };
      const back = ofType(prod, type.alarm).filter(({ name }) =>
        alarms.alarmNames.some((each) => each.startsWith(`${name}-`)),
      );
      expect(names(back)).to.have.members(["counter-errors", "counter-latency"]);
      const expressions = back.map(({ props }) =>
        (props["metricQueries"] as { expression?: string }[]).map(({ expression }) => expression),
      );
      expect(expressions.flat()).to.include.members([
        "IF(failures >= 20, 100 * failures / requests, 0)",
        "IF(requests >= 100, p95, 0)",
      ]);
    });

    it("counts as a failure what the service logs as an error, not a refusal that it chose", async () => {
      const { props } = find(
        prod,
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "counter-failures",
      );
      expect(props["pattern"]).to.equal('{ $.level = "error" && $.msg = "request failed" }');
      expect(props["metricTransformation"]).to.include({ namespace: "PageServices" });
      const kit = path.join(root, "shared/kit/http/middleware/problem-response.ts");
      expect(await readFile(kit, "utf8"), "the line that the pattern matches").to.match(
        /"error"\][^]*"request failed"/,
      );
    });

    it("rings when somebody tries passwords, only where there are users", () => {
      expect(find(dev, type.alarm, "counter-logins").props).to.include({
        metricName: find(
          dev,
          "aws:cloudwatch/logMetricFilter:LogMetricFilter",
          "counter-refused-logins",
        ).props["metricTransformation"]!["name" as never],
        namespace: "PageServices",
      });
      expect(names(ofType(dev, type.alarm))).to.not.include("catalog-logins");
    });

    it("rings when no healthy task is left, and when the load balancer itself fails", () => {
      const outage = find(dev, type.alarm, "catalog-outage");
      expect(outage.props).to.include({
        metricName: "HealthyHostCount",
        statistic: "Maximum",
        comparisonOperator: "LessThanThreshold",
        threshold: 1,
        treatMissingData: "breaching",
      });
      expect(outage.dependencies).to.include(find(dev, type.service, "catalog").urn);
      expect(find(dev, type.alarm, "load-balancer-errors").props["metricName"]).to.equal(
        "HTTPCode_ELB_5XX_Count",
      );
    });

    it("hears of a failed deployment by an alarm: no policy lets EventBridge publish", () => {
      expect(find(dev, type.alarm, "failed-deployments-events").props).to.include({
        metricName: "TriggeredRules",
        datapointsToAlarm: 1,
      });
      const { policy } = find(dev, "aws:sns/topicPolicy:TopicPolicy", "alerts").props;
      expect(String(policy)).to.not.contain("events.amazonaws.com");
    });

    it("lets EventBridge create a log stream without a source, and write by its rule alone", () => {
      const logPolicy = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy";
      const { policyDocument } = find(dev, logPolicy, "failed-deployments").props;
      const { Statement } = JSON.parse(String(policyDocument)) as {
        Statement: { Action: string; Condition?: object }[];
      };
      expect(Statement.map(({ Action }) => Action)).to.deep.equal([
        "logs:CreateLogStream",
        "logs:PutLogEvents",
      ]);
      expect(Statement[0]).to.not.have.property("Condition");
      expect(Statement[1]?.Condition).to.have.nested.property("ArnEquals.aws:SourceArn");
    });

    it("draws a row of the dashboard for each service", () => {
      const { dashboardBody } = find(dev, "aws:cloudwatch/dashboard:Dashboard", "dashboard").props;
      const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: unknown[] };
      expect(widgets, "and the ways into the logs").to.have.lengthOf(3 * serviceNames.length + 1);
    });

    it("runs Prometheus only where it is asked for, on its own host and for the allowed", () => {
      expect(names(ofType(dev, type.service))).to.not.include("prometheus");
      expect(find(prod, type.listenerRule, "prometheus").props["conditions"]).to.deep.equal([
        { hostHeader: { values: ["prometheus.example.com"] } },
        { sourceIp: { values: ["203.0.113.0/24"] } },
      ]);
      const hidden = find(prod, type.listenerRule, "prometheus-hidden").props;
      expect(hidden["actions"]).to.have.nested.property("[0].fixedResponse.statusCode", "404");
    });
  });

  it("fails when ECS has rolled a service back", async function () {
    this.timeout(90_000);
    const rolledBack = await runProgram(bare, { rolledBack: ["counter"] });
    expect(rolledBack.exitCode).to.not.equal(0);
    expect(rolledBack.complaints.join("\n")).to.contain(
      "ECS rolled counter back: it runs the-old-one:0 instead of page-services-bare-counter:",
    );
  });
});
