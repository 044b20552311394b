import { expect } from "chai";
import { services } from "../../shared/contract.ts";
import { service } from "./sections/service.ts";
import { parseConfig } from "./parse.ts";
import { faultsOf, parse, region, schedule } from "./testing.ts";

describe("the stack configuration", () => {
  it("refuses a missing region", () => {
    const nothing = { project: "page-services", stack: "test", values: {} };
    const [fault] = faultsOf(() => parseConfig(nothing));
    expect(fault).to.include({ key: "aws:region", got: "nothing" });
    expect(fault?.remedy).to.equal("pulumi config set aws:region eu-west-1");
  });

  for (const wrong of ["eu-wset-1", "EU-WEST-1", "cn-north-1", "us-gov-west-1"])
    it(`refuses the region ${wrong}: none, or one whose ARNs are not arn:aws`, () => {
      const values = { "aws:region": wrong, "page-services:ingress": '{"plainHttp":true}' };
      const own = { project: "page-services", stack: "test", values };
      const faults = faultsOf(() => parseConfig(own));
      expect(faults.map(({ key, got }) => [key, got])).to.deep.equal([
        ["aws:region", `"${wrong}"`],
      ]);
    });

  for (const stack of ["Prod", "dev.eu", "a_b", "-dev", "2026", "x".repeat(33)])
    it(`refuses the stack name ${stack}, which ECR or CloudWatch would refuse half-way`, () => {
      const values = { ...region, "page-services:ingress": '{"plainHttp":true}' };
      const faults = faultsOf(() => parseConfig({ project: "page-services", stack, values }));
      expect(faults.map(({ key }) => key)).to.deep.equal(["the stack's name"]);
      expect(faults[0]?.remedy).to.contain("pulumi stack rename");
    });

  it("turns protection off by a declared farewell, and only for the stack that it names", () => {
    expect(parse({ protect: true, farewell: "test" })).to.deep.include({
      protect: false,
      farewellTag: { Farewell: "test" },
    });
    expect(parse({ protect: true })).to.deep.include({ protect: true, farewellTag: {} });
  });

  it("refuses a contract with six path patterns", () => {
    const paths = ["/a", "/b", "/c", "/d", "/e", "/f"];
    const counter = { ...services.counter, rules: [{ paths, priority: 10 }] as const };
    const [fault] = faultsOf(() => parse({}, { counter }));
    expect(fault?.key).to.equal("services.counter.rules[0].paths of shared/contract.ts");
    expect(fault?.remedy).to.contain("*");
  });

  it("refuses a contract that gives one path to two services", () => {
    const paths = ["/counter", "/data"];
    const catalog = { ...services.catalog, rules: [{ paths, priority: 20 }] as const };
    const [fault] = faultsOf(() => parse({}, { ...services, catalog }));
    expect(fault?.key).to.equal("services.catalog.rules[0].paths of shared/contract.ts");
    expect(fault?.got).to.equal("/counter");
  });

  it("refuses a contract with a path that starts in the middle, and with a name too long", () => {
    const rules = [{ paths: ["data"], priority: 20 }] as const;
    const name = "a-service-of-a-name-too-long";
    const faults = faultsOf(() => parse({}, { [name]: { ...services.catalog, rules } }));
    expect(faults.map(({ key }) => key)).to.deep.equal([
      `services.${name} of shared/contract.ts`,
      `services.${name}.rules[0].paths of shared/contract.ts`,
    ]);
  });

  it("refuses a contract that gives one priority twice", () => {
    const [rule] = services.catalog.rules;
    const { priority } = services.counter.rules[0];
    const twice = { ...services.catalog, rules: [{ ...rule, priority }] as const };
    const [fault] = faultsOf(() => parse({}, { ...services, catalog: twice }));
    expect(fault?.key).to.equal("services.catalog.rules[0].priority of shared/contract.ts");
  });

  it("refuses to scale a service on a metric that its contract lacks", () => {
    const { scalingMetric: _, ...mute } = services.counter;
    const { error } = service(mute).safeParse({ scaling: [{ kind: "metric", value: 5 }] });
    expect(error?.issues.map(({ path }) => path.join("."))).to.deep.equal(["scaling.0"]);
  });

  it("reports all faults at once, whatever section they are in", () => {
    const faults = faultsOf(() =>
      parse({ network: { nat: 1 }, logDays: 2, extra: 1, alarms: { email: "nobody" } }),
    );
    expect(faults.map(({ key }) => key.replace("page-services:", ""))).to.have.members([
      "network.nat",
      "logDays",
      "extra",
      "alarms.email",
    ]);
  });

  it("says in one message what was expected, what came and what to do", () => {
    const attempt = () => parse({ network: { nat: "two" } });
    expect(attempt).to.throw(
      "The stack configuration has a fault:\n" +
        '  page-services:network.nat: expected one of perZone, single, none, got "two"\n' +
        "    remedy: pulumi config set --path 'page-services:network.nat' perZone",
    );
  });

  it("fills in every default", () => {
    const config = parse({});
    expect(config).to.include({ name: "page-services-test", region: "eu-west-1", protect: true });
    expect(config.network).to.deep.equal({
      cidr: "10.0.0.0/16",
      availabilityZones: 2,
      nat: "single",
      flowLogDays: 0,
    });
    expect(config.services.counter.scaling).to.deep.equal([
      { kind: "step", outAtPercent: 85, inBelowPercent: 10 },
    ]);
    expect(config.domain).to.equal(undefined);
    expect(config.prometheus).to.equal(undefined);
  });

  it("keeps what is configured as nothing: a 0 stays a 0", () => {
    const scaling = [schedule];
    const config = parse({ services: { counter: { tasks: { min: 0, max: 1 }, scaling } } });
    expect(config.services.counter.tasks.min).to.equal(0);
  });

  it("takes a host below a top-level domain of another script", () => {
    const domain = { name: "api.xn--e1afmkfd.xn--p1ai", zone: "xn--e1afmkfd.xn--p1ai" };
    expect(faultsOf(() => parse({ domain }))).to.be.empty;
  });

  it("leaves the keys of other namespaces alone", () => {
    const ingress = JSON.stringify({ plainHttp: true });
    const own = { "page-services:ingress": ingress };
    const values = { ...region, ...own, "aws:profile": "dev", "other:key": "1" };
    const attempt = () => parseConfig({ project: "page-services", stack: "test", values });
    expect(faultsOf(attempt)).to.be.empty;
  });
});
