import { expect } from "chai";
import { services, type ServiceContract } from "../../shared/contract.ts";
import { service } from "./compute.ts";
import { type Config, ConfigError, parseConfig } from "./parse.ts";

const region = { "aws:region": "eu-west-1" };

/** The configuration of a stack with these sections. */
function parse(own: Record<string, unknown>, contracts?: Record<string, ServiceContract>): Config {
  const values = Object.entries(own).map(([key, value]) => [
    `page-services:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const all = { ...region, ...(Object.fromEntries(values) as Record<string, string>) };
  return parseConfig({ project: "page-services", stack: "test", values: all }, contracts);
}

function faultsOf(attempt: () => unknown) {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

function scaling(...policies: unknown[]) {
  return { services: { counter: { scaling: policies } } };
}

const schedule = { kind: "schedule", cron: "0 8 ? * MON-FRI *", min: 1, max: 2 };

/** What is wrong, the sections, the key that the message must name, and a word of its remedy. */
const bad: [string, Record<string, unknown>, string, RegExp][] = [
  ["an unknown key", { netwrok: {} }, "netwrok", /config rm/],
  ["an unknown nested key", { network: { natt: "none" } }, "network.natt", /config rm/],
  ["a NAT that is none", { network: { nat: "two" } }, "network.nat", /config set .* perZone/],
  ["one zone", { network: { availabilityZones: 1 } }, "network.availabilityZones", /config set/],
  [
    "a CPU that Fargate lacks",
    { services: { catalog: { size: { cpu: 300, memory: 512 } } } },
    "services.catalog.size.cpu",
    /one of them/,
  ],
  [
    "a bad Fargate pair",
    { services: { catalog: { size: { cpu: 256, memory: 4096 } } } },
    "services.catalog.size.memory",
    /one of them/,
  ],
  [
    "more tasks at least than at most",
    { services: { counter: { tasks: { min: 5, max: 2 } } } },
    "services.counter.tasks.min",
    /raise tasks.max/,
  ],
  [
    "a base on two capacity providers",
    { cluster: { capacity: { fargate: { base: 1 }, spot: { base: 1 } } } },
    "cluster.capacity.spot.base",
    /to 0/,
  ],
  [
    "no weight anywhere",
    { cluster: { capacity: { fargate: { weight: 0 } } } },
    "cluster.capacity",
    /to 1/,
  ],
  [
    "two policies on one metric",
    scaling({ kind: "step" }, { kind: "target", metric: "cpu", value: 50 }),
    "services.counter.scaling[1]",
    /remove one/,
  ],
  [
    "a step that scales in above where it scales out",
    scaling({ kind: "step", outAtPercent: 20, inBelowPercent: 30 }),
    "services.counter.scaling[0].inBelowPercent",
    /lower it/,
  ],
  [
    "a cron that is none",
    scaling({ ...schedule, cron: "every morning" }),
    "services.counter.scaling[0].cron",
    /minute hour/,
  ],
  [
    "a cron as Unix writes it",
    scaling({ ...schedule, cron: "0 8 * * 1-5" }),
    "services.counter.scaling[0].cron",
    /minute hour/,
  ],
  [
    "a time zone that is none",
    scaling({ ...schedule, timezone: "Mars/Olympus" }),
    "services.counter.scaling[0].timezone",
    /config set/,
  ],
  [
    "a schedule with its bounds crossed",
    scaling({ ...schedule, min: 3, max: 2 }),
    "services.counter.scaling[0].min",
    /raise max/,
  ],
  ["a policy of no kind", scaling({ kind: "magic" }), "services.counter.scaling[0].kind", /set/],
  [
    "Prometheus without a host name",
    { prometheus: { allow: ["10.0.0.0/8"] } },
    "prometheus.host",
    /config set/,
  ],
  [
    "Prometheus open to nobody",
    { prometheus: { host: "prometheus.example.com", allow: [] } },
    "prometheus.allow",
    /config set/,
  ],
  [
    "Prometheus open to more than a rule holds",
    { prometheus: { host: "p.example.com", allow: Array(5).fill("10.0.0.0/8") } },
    "prometheus.allow",
    /config set/,
  ],
  [
    "Prometheus on the services' name",
    {
      domain: { name: "api.example.com", zone: "example.com" },
      prometheus: { host: "api.example.com", allow: ["10.0.0.0/8"] },
    },
    "prometheus.host",
    /of its own/,
  ],
  [
    "Prometheus outside the zone",
    {
      domain: { name: "api.example.com", zone: "example.com" },
      prometheus: { host: "prometheus.example.org", allow: ["10.0.0.0/8"] },
    },
    "prometheus.host",
    /domain.zone/,
  ],
  ["a domain that nothing can prove", { domain: { name: "a.example.com" } }, "domain", /zone/],
  [
    "a domain outside its zone",
    { domain: { name: "a.example.com", zone: "example.org" } },
    "domain.name",
    /correct/,
  ],
  ["an image by tag", { images: { counter: "repo:latest" } }, "images.counter", /config set/],
  ["retention that is not offered", { logDays: 8 }, "logDays", /config set/],
  [
    "a topic and an e-mail address",
    { alarms: { topicArn: "arn:aws:sns:eu-west-1:123456789012:t", email: "a@example.com" } },
    "alarms.email",
    /remove/,
  ],
  [
    "an environment variable that the program sets",
    { services: { counter: { environment: { REDIS_URL: "redis://x" } } } },
    "services.counter.environment.REDIS_URL",
    /remove it/,
  ],
];

describe("the stack configuration", () => {
  for (const [what, sections, key, remedy] of bad)
    it(`refuses ${what}, naming ${key}`, () => {
      const faults = faultsOf(() => parse(sections));
      expect(faults.map((fault) => fault.key)).to.deep.equal([`page-services:${key}`]);
      expect(faults[0]?.expected).to.not.be.empty;
      expect(faults[0]?.remedy).to.match(remedy);
    });

  it("refuses a missing region", () => {
    const nothing = { project: "page-services", stack: "test", values: {} };
    const [fault] = faultsOf(() => parseConfig(nothing));
    expect(fault).to.include({ key: "aws:region", got: "nothing" });
    expect(fault?.remedy).to.equal("pulumi config set aws:region eu-west-1");
  });

  it("refuses a contract with six path patterns", () => {
    const paths = ["/a", "/b", "/c", "/d", "/e", "/f"];
    const counter = { ...services.counter, rules: [{ paths, priority: 10 }] as const };
    const [fault] = faultsOf(() => parse({}, { counter }));
    expect(fault?.key).to.equal("services.counter.rules[0].paths of shared/contract.ts");
    expect(fault?.remedy).to.contain("*");
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
    });
    expect(config.services.counter.scaling).to.deep.equal([
      { kind: "step", outAtPercent: 85, inBelowPercent: 10 },
    ]);
    expect(config.domain).to.equal(undefined);
    expect(config.prometheus).to.equal(undefined);
  });

  it("keeps what is configured as nothing: a 0 stays a 0", () => {
    const config = parse({ services: { counter: { tasks: { min: 0, max: 1 } } } });
    expect(config.services.counter.tasks.min).to.equal(0);
  });

  it("leaves the keys of other namespaces alone", () => {
    const values = { ...region, "aws:profile": "dev", "other:key": "1" };
    const attempt = () => parseConfig({ project: "page-services", stack: "test", values });
    expect(faultsOf(attempt)).to.be.empty;
  });
});
