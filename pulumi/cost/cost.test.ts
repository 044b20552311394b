import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { RecordedResource } from "../offline/recording.ts";
import { recordedStacks } from "../offline/recorded-stacks.ts";
import { sampleResource } from "../offline/sample-resource.ts";
import { estimate, totalUsd } from "./estimate.ts";
import { pricesByRegion } from "./prices.ts";
import { costDifference, costTable, costText } from "./tables.ts";

type Props = Record<string, unknown>;

function resource(type: string, props: Props = {}): RecordedResource {
  return sampleResource({ type, props });
}

function vpc(strategy: string, vpcEndpointSpecs: Props[] = []): RecordedResource {
  const natGateways = { strategy };
  return resource("awsx:ec2:Vpc", { numberOfAvailabilityZones: 3, natGateways, vpcEndpointSpecs });
}

function service(tasks: number, [onDemand, spot]: [[number, number], [number, number]]) {
  const provider = (capacityProvider: string, [base, weight]: [number, number]) => ({
    capacityProvider,
    base,
    weight,
  });
  return [
    resource("aws:ecs/service:Service", {
      desiredCount: tasks,
      taskDefinition: "arn:aws:ecs:eu-west-1:1:task-definition/p-it:1",
      capacityProviderStrategies: [provider("FARGATE", onDemand), provider("FARGATE_SPOT", spot)],
    }),
    resource("aws:ecs/taskDefinition:TaskDefinition", {
      family: "p-it",
      cpu: "512",
      memory: "2048",
      runtimePlatform: { cpuArchitecture: "ARM64" },
      containerDefinitions: "[]",
    }),
  ];
}

/** What the resources cost in Ireland by standing there, or by the usage of a quiet month. */
function usd(resources: RecordedResource[], nature: "fixed" | "usage" = "fixed"): number {
  return totalUsd(estimate(resources, "eu-west-1").filter((charge) => charge.nature === nature));
}

describe("the monthly cost", () => {
  it("has a NAT gateway and its address in each zone, in one, or in none", () => {
    // 0.048 + 0.005 an hour, 730 hours.
    expect(usd([vpc("Single")])).to.be.closeTo(38.69, 1e-9);
    expect(usd([vpc("OnePerAz")])).to.be.closeTo(116.07, 1e-9);
    expect(usd([vpc("None")])).to.equal(0);
    expect(usd([vpc("Single")], "usage")).to.be.closeTo(5 * 0.048, 1e-9);
  });

  it("has an interface endpoint in each zone; gateway endpoints are free", () => {
    const specs = [{}, {}, { vpcEndpointType: "Interface" }, { vpcEndpointType: "Interface" }];
    expect(usd([vpc("None", specs)])).to.be.closeTo(2 * 3 * 730 * 0.011, 1e-9);
  });

  it("has the load balancer with an address in each of its subnets", () => {
    const balancer = resource("aws:lb/loadBalancer:LoadBalancer", { subnets: ["a", "b"] });
    expect(usd([balancer])).to.be.closeTo(730 * (0.0252 + 2 * 0.005), 1e-9);
    expect(usd([balancer], "usage")).to.be.closeTo(73 * 0.008 + 10 * 0.09, 1e-9);
  });

  it("has the fewest tasks: the base first, the rest by weight, Spot at its share", () => {
    const taskHour = 0.5 * 0.03238 + 2 * 0.00356;
    const onDemand = (tasks: number) => tasks * 730 * taskHour;
    expect(
      usd(
        service(3, [
          [3, 1],
          [0, 2],
        ]),
      ),
    ).to.be.closeTo(onDemand(3), 1e-9);
    expect(
      usd(
        service(6, [
          [3, 1],
          [0, 2],
        ]),
      ),
    ).to.be.closeTo(onDemand(4 + 2 * 0.3), 1e-9);
    expect(
      usd(
        service(2, [
          [0, 0],
          [0, 1],
        ]),
      ),
    ).to.be.closeTo(onDemand(2 * 0.3), 1e-9);
    expect(
      usd(
        service(1, [
          [3, 1],
          [0, 2],
        ]),
      ),
    ).to.be.closeTo(onDemand(1), 1e-9);
  });

  it("has each node of Valkey, and its snapshots after the first", () => {
    const cache = resource("aws:elasticache/replicationGroup:ReplicationGroup", {
      nodeType: "cache.t4g.small",
      numCacheClusters: 2,
      snapshotRetentionLimit: 7,
    });
    expect(usd([cache])).to.be.closeTo(2 * 730 * 0.0272, 1e-9);
    expect(usd([cache], "usage")).to.be.closeTo(0.6 * 0.085, 1e-9);
  });

  it("has an alarm for each metric, and two for each target that is tracked", () => {
    const alarm = (props: Props = {}) => resource("aws:cloudwatch/metricAlarm:MetricAlarm", props);
    const policy = (policyType: string) =>
      resource("aws:appautoscaling/policy:Policy", { policyType });
    const math = alarm({ metricQueries: [{ metric: {} }, { metric: {} }, { expression: "a/b" }] });
    expect(usd([alarm(), math])).to.be.closeTo(0.3, 1e-9);
    expect(usd([policy("TargetTrackingScaling"), policy("StepScaling")])).to.be.closeTo(0.2, 1e-9);
  });

  it("has the firewall with its rules, secrets, and Container Insights by service", () => {
    expect(usd([resource("aws:wafv2/webAcl:WebAcl", { rules: [1, 2] })])).to.equal(7);
    expect(usd([resource("aws:secretsmanager/secret:Secret")])).to.equal(0.4);
    const cluster = (value: string) =>
      resource("aws:ecs/cluster:Cluster", { settings: [{ name: "containerInsights", value }] });
    const two = [
      ...service(0, [
        [0, 1],
        [0, 0],
      ]),
      ...service(0, [
        [0, 1],
        [0, 0],
      ]),
    ];
    expect(usd([cluster("enabled"), ...two], "usage")).to.be.closeTo(2 * 16 * 0.3, 1e-9);
    expect(usd([cluster("disabled"), ...two], "usage")).to.equal(0);
  });

  it("has a table by its use, and its backups where they are on", () => {
    const table = (enabled: boolean) =>
      resource("aws:dynamodb/table:Table", { pointInTimeRecovery: { enabled } });
    expect(usd([table(false)])).to.equal(0);
    expect(usd([table(false)], "usage")).to.be.closeTo(0.705 + 0.141 + 0.283, 1e-9);
    expect(usd([table(true)], "usage") - usd([table(false)], "usage")).to.be.closeTo(0.226, 1e-9);
  });

  it("counts the nodes of every shard of Valkey", () => {
    const valkey = (shape: Record<string, unknown>) =>
      usd([
        resource("aws:elasticache/replicationGroup:ReplicationGroup", {
          nodeType: "cache.t4g.micro",
          ...shape,
        }),
      ]);
    const node = valkey({ numCacheClusters: 1 });
    expect(valkey({ numNodeGroups: 3, replicasPerNodeGroup: 1 })).to.be.closeTo(6 * node, 1e-9);
  });

  it("refuses to guess: a type, a size and a region without a price are named", () => {
    const unknown = () => estimate([resource("aws:rds/cluster:Cluster")], "eu-west-1");
    expect(unknown)
      .to.throw("aws:rds/cluster:Cluster")
      .with.property("message")
      .contain("pricing.ts");
    const large = resource("aws:elasticache/replicationGroup:ReplicationGroup", {
      nodeType: "cache.r7g.16xlarge",
    });
    expect(() => usd([large])).to.throw("no price for cache.r7g.16xlarge");
    expect(() => estimate([], "mars-1")).to.throw("mars-1, only for us-east-1 and eu-west-1");
  });

  it("knows each region's price of everything", () => {
    const [first, ...others] = Object.values(pricesByRegion).map((prices) => ({
      names: Object.keys(prices),
      nodes: Object.keys(prices.valkeyNodeHour),
    }));
    for (const other of others) expect(other).to.deep.equal(first);
  });

  it("is a table of the kinds, and a comparison of those that differ", () => {
    const before = estimate(
      [vpc("Single"), resource("aws:secretsmanager/secret:Secret")],
      "eu-west-1",
    );
    const after = estimate(
      [vpc("None"), resource("aws:secretsmanager/secret:Secret")],
      "eu-west-1",
    );
    expect(costTable({ before, after }).split("\n").slice(2)).to.deep.equal([
      "| NAT gateways | 35 | – | 0.048 per hour, 0.048 per GB |",
      "| public IPv4 addresses | 4 | – | 0.005 per hour |",
      "| secrets | 0.40 | 0.40 | 0.4 per secret |",
      "| **together, in a quiet month** | 39 | 0.40 |  |",
      "| of it fixed | 39 | 0.40 |  |",
    ]);
    expect(costDifference(before, after).split("\n").slice(2)).to.deep.equal([
      "| NAT gateways | 35.28 | 0.00 | −35.28 |",
      "| public IPv4 addresses | 3.65 | 0.00 | −3.65 |",
      "| together, with the usage of a quiet month | 39.33 | 0.40 | −38.93 |",
    ]);
    expect(costText(after))
      .to.match(/Fixed, a month +0\.40\n/)
      .and.contain("as of 2026-11");
  });

  it("of dev and prod is in the README, and each of their resources has a price", async function () {
    this.timeout(240_000);
    const stacks = await recordedStacks();
    const dev = estimate(stacks.dev.resources, stacks.dev.region);
    const prod = estimate(stacks.prod.resources, stacks.prod.region);
    const readme = await readFile(path.join(import.meta.dirname, "../README.md"), "utf8");
    const [, found = ""] = /<!-- cost -->\n\n([^]*?)\n\n<!--/.exec(readme) ?? [];
    const cells = (table: string) => table.replace(/-+/g, "-").replace(/ +/g, " ");
    const table = costTable({ dev, prod });
    expect(cells(found), "run node pulumi/write-generated.ts").to.equal(cells(table));
  });

  it("says which stacks there are not", async () => {
    const program = path.join(import.meta.dirname, "cost.ts");
    const attempt = promisify(execFile)(process.execPath, [program, "nowhere"]).catch(
      (error: unknown) => error,
    );
    expect(await attempt).to.include({ code: 2, stdout: "" });
    expect(await attempt)
      .to.have.property("stderr")
      .which.includes("the stacks are dev, prod.");
  });
});
