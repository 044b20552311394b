import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { type ServiceContract, serviceNames, services, env, tables } from "../shared/contract.ts";
import { names, recordedStacks, secretsOf } from "./offline/recorded-stacks.ts";
import { find, ofType, type Recording } from "./offline/recording.ts";
import { report } from "./offline/report.ts";
import { type } from "./offline/resource-types.ts";
import { runProgram } from "./offline/run-program.ts";
import { bad, bare } from "./offline/sample-stacks.ts";
import { resourceTree } from "./offline/tree.ts";
import { rules } from "./policies/rules.ts";

describe("the Pulumi program", () => {
  let dev: Recording;
  let prod: Recording;
  let least: Recording;

  before(async function () {
    this.timeout(180_000);
    ({ dev, prod, least } = await recordedStacks());
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
      const warnings = recording === prod ? [] : [/^ingress\.plainHttp: API keys/];
      expect(recording.complaints).to.have.lengthOf(warnings.length);
      for (const [i, warning] of warnings.entries())
        expect(recording.complaints[i]).to.match(warning);
      expect(report(recording, rules)).to.include({ good: true });
    }
  });

  it("refuses a bad configuration before it registers anything", async function () {
    this.timeout(90_000);
    const refused = await runProgram(bad);
    expect(refused.exitCode).to.not.equal(0);
    const text = refused.complaints.join("\n");
    expect(text).to.contain("page-services:network.nat: expected one of");
    expect(text, "a stack trace").to.not.match(/\n\s+at /);
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
      // Prometheus asks ECS for the tasks and EC2 for their addresses; a shell needs its channel.
      expect(endpoints(least)).to.include.members(["ecs", "ec2", "ssmmessages"]);
    });

    it("records its connections in prod, for as long as configured", () => {
      const { props } = find(prod, type.logGroup, "flow-logs");
      expect(props["retentionInDays"]).to.equal(14);
      expect(ofType(prod, "aws:ec2/flowLog:FlowLog")).to.have.lengthOf(1);
      // The five that AWS asks for, except to create the group, which is there.
      const { policy } = find(prod, "aws:iam/rolePolicy:RolePolicy", "flow-logs").props;
      const verbs = ["CreateLogStream", "PutLogEvents", "DescribeLogStreams", "DescribeLogGroups"];
      for (const verb of verbs) expect(policy).to.contain(`"logs:${verb}"`);
      expect(ofType(dev, "aws:ec2/flowLog:FlowLog")).to.be.empty;
    });

    it("names its block on the load balancer, where a hook compares it before an update", () => {
      const { props, beforeUpdateHooks } = find(dev, type.loadBalancer, "load-balancer");
      expect(props["tags"]).to.include({ NetworkBlock: "10.0.0.0/16" });
      expect(beforeUpdateHooks).to.deep.equal(["fixed-network-block"]);
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

    it("proves each name of the certificate by the record of that name, whatever their order", () => {
      const records = ofType(prod, "aws:route53/record:Record").filter(({ name }) =>
        name.startsWith("certificate-proof-"),
      );
      expect(records.map(({ name, props }) => [name, props["name"]])).to.have.deep.members(
        ["api.example.com", "prometheus.example.com"].map((host) => [
          `certificate-proof-${host}`,
          `_proof.${host}.`,
        ]),
      );
    });

    it("deletes its log bucket with the logs in it, so that they can be turned off", () => {
      expect(find(prod, "aws:s3/bucket:Bucket", "access-logs").props).to.include({
        forceDestroy: true,
      });
    });

    it("admits to its log bucket the load balancers of its account and region, by TLS only", () => {
      const { policy } = find(prod, "aws:s3/bucketPolicy:BucketPolicy", "access-logs").props;
      const { Statement } = JSON.parse(String(policy)) as { Statement: { Condition: object }[] };
      expect(Statement[0]?.Condition).to.deep.equal({
        ArnLike: {
          "aws:SourceArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/*",
        },
      });
      expect(JSON.stringify(Statement)).to.contain("/AWSLogs/123456789012/*");
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

  it("refuses a zone that does not exist by its name, before it registers anything", async function () {
    this.timeout(90_000);
    const domain = JSON.stringify({ name: "api.nowhere.invalid", zone: "nowhere.invalid" });
    const { "page-services:ingress": _, "page-services:prometheus": _p, ...values } = bare.values;
    const lost = await runProgram({
      ...bare,
      values: { ...values, "page-services:domain": domain },
    });
    expect(lost.exitCode).to.not.equal(0);
    expect(lost.resources.map((each) => each.type)).to.deep.equal(["pulumi:pulumi:Stack"]);
    const complaint = lost.complaints.join("\n");
    expect(complaint)
      .to.contain("domain.zone: expected a public hosted zone")
      .and.to.contain('"nowhere.invalid"');
    expect(complaint).to.not.match(/^\s+at /m);
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
      expect(secretsOf(least, "counter")).to.deep.equal([env.apiKeys, env.tokenKeys]);
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

  it("masks the API key among its outputs", () => {
    expect(dev.outputs["apiKey"]).to.equal("[secret]");
    expect(Object.keys(dev.outputs)).to.include.members([
      "url",
      "serviceUrls",
      "repositoryUrls",
      "tableNames",
      "dashboardUrl",
      "prometheusUrl",
      "region",
      "clusterName",
      "ecsServices",
      "logGroups",
    ]);
  });
});
