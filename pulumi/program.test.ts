import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import {
  container,
  env,
  type ServiceContract,
  serviceNames,
  services,
  tables,
} from "../shared/contract.ts";
import { find, ofType, type RecordedResource, type Recording } from "./offline/recording.ts";
import { report } from "./offline/report.ts";
import { type } from "./offline/resource-types.ts";
import { runProgram } from "./offline/run-program.ts";
import { bad, bare, digest } from "./offline/sample-stacks.ts";
import { readStackFile } from "./offline/stack-file.ts";
import { resourceTree } from "./offline/tree.ts";
import { rules } from "./policies/rules.ts";

interface Container {
  name: string;
  image: string;
  environment: { name: string; value: string }[];
  secrets: { name: string; valueFrom: string }[];
  stopTimeout: number;
  readonlyRootFilesystem: boolean;
  linuxParameters: { initProcessEnabled: boolean };
}

async function record(stack: string): Promise<Recording> {
  const file = await readStackFile(stack);
  return runProgram(file!);
}

function containerOf(recording: Recording, name: string): Container {
  const { containerDefinitions } = find(recording, type.task, name).props;
  const [only] = JSON.parse(String(containerDefinitions)) as Container[];
  return only!;
}

function environmentOf(recording: Recording, name: string): Record<string, string> {
  const { environment } = containerOf(recording, name);
  return Object.fromEntries(environment.map((each) => [each.name, each.value]));
}

function secretsOf(recording: Recording, name: string): string[] {
  return containerOf(recording, name).secrets.map((each) => each.name);
}

function names(resources: RecordedResource[]): string[] {
  return resources.map(({ name }) => name);
}

describe("the Pulumi program", () => {
  let dev: Recording;
  let prod: Recording;
  let least: Recording;
  let refused: Recording;
  let rolledBack: Recording;

  before(async function () {
    this.timeout(90_000);
    [dev, prod] = await Promise.all([record("dev"), record("prod")]);
    [least, refused] = await Promise.all([runProgram(bare), runProgram(bad)]);
    rolledBack = await runProgram(bare, { rolledBack: ["counter"] });
  });

  for (const stack of ["dev", "prod"] as const)
    it(`registers in ${stack} exactly the resources of ${stack}.txt`, async () => {
      const file = path.join(import.meta.dirname, "offline", `${stack}.txt`);
      const { resources } = stack === "dev" ? dev : prod;
      const hint = "if that is meant, run node pulumi/write-generated.ts";
      expect(`${resourceTree(resources)}\n`, hint).to.equal(await readFile(file, "utf8"));
    });

  it("ends well and breaks no policy in any stack", () => {
    for (const recording of [dev, prod, least]) {
      expect(recording.exitCode).to.equal(0);
      expect(recording.complaints).to.be.empty;
      expect(report(recording, rules)).to.include({ good: true });
    }
  });

  it("refuses a bad configuration before it registers anything", () => {
    expect(refused.exitCode).to.not.equal(0);
    expect(refused.complaints.join("\n")).to.contain("page-services:network.nat: expected one of");
    expect(refused.resources.map((each) => each.type)).to.deep.equal(["pulumi:pulumi:Stack"]);
  });

  describe("network", () => {
    it("has one NAT gateway in dev, one a zone in prod, none in the least", () => {
      const strategy = (each: Recording) => ofType(each, type.vpc)[0]?.props["natGateways"];
      expect(strategy(dev)).to.deep.equal({ strategy: "Single" });
      expect(strategy(prod)).to.deep.equal({ strategy: "OnePerAz" });
      expect(strategy(least)).to.deep.equal({ strategy: "None" });
    });

    it("reaches S3 and DynamoDB for free, and the other APIs by endpoints without a NAT", () => {
      const endpoints = (each: Recording) =>
        (ofType(each, type.vpc)[0]?.props["vpcEndpointSpecs"] as { serviceName: string }[]).map(
          ({ serviceName }) => serviceName.replace("com.amazonaws.eu-west-1.", ""),
        );
      expect(endpoints(dev)).to.deep.equal(["s3", "dynamodb"]);
      expect(endpoints(least)).to.include.members(["ecr.api", "ecr.dkr", "logs"]);
    });

    it("opens nothing to the world but the load balancer, on 80, and on 443 with a domain", () => {
      const open = (each: Recording) =>
        ofType(each, type.ingressRule)
          .filter(({ props }) => props["cidrIpv4"] !== undefined)
          .map(({ props }) => props["fromPort"]);
      expect(open(dev)).to.deep.equal([80]);
      expect(open(prod)).to.have.members([80, 443]);
    });

    it("lets only the load balancer and Prometheus into the tasks", () => {
      const tasks = find(prod, type.securityGroup, "tasks").urn;
      const into = ofType(prod, type.ingressRule).filter(({ dependencies }) =>
        dependencies.includes(tasks),
      );
      const towardsTasks = names(into).filter((name) => name.endsWith("-to-tasks"));
      expect(towardsTasks).to.have.members(["load-balancer-to-tasks", "prometheus-to-tasks"]);
    });
  });

  describe("ingress", () => {
    it("answers 404 to what no rule claims", () => {
      const [action] = find(dev, type.listener, "http").props["defaultActions"] as {
        fixedResponse: { statusCode: string };
      }[];
      expect(action?.fixedResponse.statusCode).to.equal("404");
    });

    it("redirects 80 to 443 where there is a domain, and serves on 80 where there is none", () => {
      const [action] = find(prod, type.listener, "http").props["defaultActions"] as {
        type: string;
      }[];
      expect(action?.type).to.equal("redirect");
      expect(names(ofType(dev, type.listener))).to.deep.equal(["http"]);
    });

    it("appends the caller's address and drops what is malformed", () => {
      const { props } = find(dev, type.loadBalancer, "load-balancer");
      expect(props).to.include({
        xffHeaderProcessingMode: "append",
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "strictest",
      });
    });

    it("has the listener rules of the contract, with their paths and priorities", () => {
      for (const name of serviceNames) {
        const { rules }: ServiceContract = services[name];
        for (const [index, { paths, priority }] of rules.entries()) {
          const rule = index === 0 ? name : `${name}-${priority}`;
          const { props } = find(prod, type.listenerRule, rule);
          expect(props["priority"]).to.equal(priority);
          expect(props["conditions"]).to.deep.equal([{ pathPattern: { values: [...paths] } }]);
        }
      }
    });
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
      expect(environment).to.include({ [env.trustedHops]: "1" });
      expect(environment[tables.counters.env]).to.match(/^counters-/);
      expect(environment).to.not.have.any.keys(env.redisUrl, env.apiKeys, tables.products.env);
      expect(secretsOf(dev, "counter")).to.deep.equal([env.apiKeys, env.redisUrl]);
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
        expect(Resource.join()).to.match(/:table\/(counters|sessions)-\w{7}$/);
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

  it("fails when ECS has rolled a service back", () => {
    expect(rolledBack.exitCode).to.not.equal(0);
    expect(rolledBack.complaints.join("\n")).to.contain(
      "ECS rolled counter back: it runs the-old-one:0 instead of page-services-bare-counter:1",
    );
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
  });

  describe("data", () => {
    it("has the tables of the contract, paid by request, swept by their TTL", () => {
      for (const [name, { hashKey, ...table }] of Object.entries(tables)) {
        const { props } = find(dev, type.table, name);
        expect(props).to.deep.include({
          billingMode: "PAY_PER_REQUEST",
          hashKey: hashKey.name,
          attributes: [hashKey],
        });
        const ttl =
          "ttlAttribute" in table
            ? { attributeName: table.ttlAttribute, enabled: true }
            : undefined;
        expect(props["ttl"]).to.deep.equal(ttl);
      }
    });

    it("is guarded in prod, and leaves nothing behind in dev", () => {
      const guarded = [type.table, type.valkey, type.loadBalancer];
      for (const each of guarded) {
        expect(ofType(prod, each).map(({ protect }) => protect)).to.not.include(false);
        expect(ofType(dev, each).map(({ protect }) => protect)).to.not.include(true);
      }
      const repositories = ofType(dev, "aws:ecr/repository:Repository");
      expect(repositories.map(({ props }) => props["forceDelete"])).to.not.include(false);
      const secrets = ofType(dev, "aws:secretsmanager/secret:Secret");
      for (const { props } of secrets) expect(props["recoveryWindowInDays"]).to.equal(0);
    });

    it("does without a cache where there is none: the counter uses DynamoDB", () => {
      expect(ofType(least, type.valkey)).to.be.empty;
      expect(secretsOf(least, "counter")).to.deep.equal([env.apiKeys]);
      expect(names(ofType(least, type.securityGroup))).to.not.include("cache");
    });

    it("keeps the first random value of a generated secret", () => {
      const versions = ofType(dev, "aws:secretsmanager/secretVersion:SecretVersion");
      const ignoring = (name: string) =>
        versions.find((version) => version.name === name)?.ignoreChanges;
      expect(ignoring("api-key")).to.deep.equal(["secretString"]);
      expect(ignoring("cache-url")).to.be.empty;
    });
  });

  describe("watching", () => {
    it("tells the topic about every alarm but those that only scale", () => {
      const topic = `arn:aws:sns:eu-west-1:123456789012:ops`;
      const others = ofType(least, type.alarm).filter(({ name }) => !/-cpu-(in|out)$/.test(name));
      for (const { props } of others) expect(props["alarmActions"]).to.deep.equal([topic]);
      expect(ofType(least, "aws:sns/topic:Topic")).to.be.empty;
    });

    it("draws a row of the dashboard for each service", () => {
      const { dashboardBody } = find(dev, "aws:cloudwatch/dashboard:Dashboard", "dashboard").props;
      const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: unknown[] };
      expect(widgets).to.have.lengthOf(3 * serviceNames.length);
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

  it("masks the API key among its outputs", () => {
    expect(dev.outputs["apiKey"]).to.equal("[secret]");
    expect(Object.keys(dev.outputs)).to.include.members([
      "url",
      "serviceUrls",
      "repositoryUrls",
      "tableNames",
      "dashboardUrl",
      "prometheusUrl",
    ]);
  });
});
