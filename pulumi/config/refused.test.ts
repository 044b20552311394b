import { expect } from "chai";
import { faultsOf, parse } from "./testing.ts";

function scaling(...policies: unknown[]) {
  return { services: { counter: { scaling: policies } } };
}

const schedule = { kind: "schedule", cron: "0 8 ? * MON-FRI *", min: 1, max: 2 };

const prometheus = { host: "prometheus.example.com", allow: ["203.0.113.0/24"] };
const domain = { name: "api.example.com", zone: "example.com" };
const certificate = (place: string) => `arn:aws:acm:${place}:123456789012:certificate/c`;
const topic = (place: string, name: string) => `arn:aws:sns:${place}:123456789012:${name}`;
const allowing = (...allow: string[]) => ({ prometheus: { ...prometheus, allow } });
const counter = (options: object) => ({ services: { counter: options } });
const outside = `ghcr.io/somebody/counter@sha256:${"0".repeat(64)}`;

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
    { prometheus: { host: "p.example.com", allow: [1, 2, 3, 4, 5].map((i) => `10.${i}.0.0/16`) } },
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

/** Refused by AWS only, late or never, before the program knew them. */
const badLate: typeof bad = [
  ["octets above 255", { network: { cidr: "999.1.0.0/16" } }, "network.cidr", /config set/],
  ["a multicast block", { network: { cidr: "224.1.0.0/16" } }, "network.cidr", /config set/],
  ["a public block", { network: { cidr: "8.8.0.0/16" } }, "network.cidr", /config set/],
  [
    "more zones than the region has",
    { network: { availabilityZones: 4 } },
    "network.availabilityZones",
    /availabilityZones 3/,
  ],
  [
    "days of flow logs that are not offered",
    { network: { flowLogDays: 2 } },
    "network.flowLogDays",
    /config set/,
  ],
  [
    "a topic of another region",
    { alarms: { topicArn: topic("us-east-1", "ops") } },
    "alarms.topicArn",
    /in eu-west-1/,
  ],
  [
    "a FIFO topic",
    { alarms: { topicArn: topic("eu-west-1", "ops.fifo") } },
    "alarms.topicArn",
    /standard/,
  ],
  [
    "a certificate of another region",
    { domain: { ...domain, certificateArn: certificate("us-east-1") } },
    "domain.certificateArn",
    /in eu-west-1/,
  ],
  [
    "a name too long for a certificate",
    { domain: { name: `${"a".repeat(60)}.example.com`, zone: "example.com" } },
    "domain.name",
    /shorten/,
  ],
  ["neither TLS nor a word that it is meant", { ingress: {} }, "domain", /plainHttp to true/],
  [
    "plain HTTP beside a domain",
    { domain, ingress: { plainHttp: true } },
    "ingress.plainHttp",
    /remove/,
  ],
  [
    "no tasks, and step scaling that could not start one",
    counter({ tasks: { min: 0 } }),
    "services.counter.tasks.min",
    /schedule/,
  ],
  [
    "schedules that only send to sleep",
    counter({ scaling: [{ ...schedule, min: 0 }] }),
    "services.counter.tasks.min",
    /schedule/,
  ],
  [
    "more tasks than ECS runs",
    counter({ tasks: { max: 5001 } }),
    "services.counter.tasks.max",
    /set/,
  ],
  [
    "a target of 400 percent",
    scaling({ kind: "target", metric: "cpu", value: 400 }),
    "services.counter.scaling[0].value",
    /such as 60/,
  ],
  [
    "a working day after the end of the month",
    scaling({ ...schedule, cron: "0 8 32W * ? *" }),
    "services.counter.scaling[0].cron",
    /minute/,
  ],
  [
    "an eighth day of the week",
    scaling({ ...schedule, cron: "0 8 ? * 8L *" }),
    "services.counter.scaling[0].cron",
    /minute/,
  ],
  [
    "a number where a text must be",
    counter({ environment: { SLOW_REQUEST_MS: 500 } }),
    "services.counter.environment.SLOW_REQUEST_MS",
    /--type string/,
  ],
  [
    "credentials in the environment",
    counter({ environment: { AWS_ACCESS_KEY_ID: "AKIA" } }),
    "services.counter.environment.AWS_ACCESS_KEY_ID",
    /remove/,
  ],
  [
    "a variable that no shell could name",
    counter({ environment: { "log-level": "debug" } }),
    "services.counter.environment.log-level",
    /rename/,
  ],
  ["a text where keys must be", { network: "wide" }, "network", /config rm.*network\.<key>/],
  [
    "a text where a list must be",
    counter({ scaling: "step" }),
    "services.counter.scaling",
    /\[0\]/,
  ],
  ["a word for a truth", { protect: "yes" }, "protect", /protect' true/],
  [
    "a node type that is none",
    { data: { valkey: { nodeType: "cache.foo.bar" } } },
    "data.valkey.nodeType",
    /set/,
  ],
  [
    "a response time that the load balancer cuts off",
    { alarms: { p95Seconds: 90 } },
    "alarms.p95Seconds",
    /set/,
  ],
  ["Prometheus open to the world", allowing("0.0.0.0/0"), "prometheus.allow[0]", /office/],
  ["bits beyond a mask", allowing("203.0.113.7/24"), "prometheus.allow[0]", /\/32/],
  ["a block twice", allowing("10.0.0.0/8", "10.0.0.0/8"), "prometheus.allow[1]", /remove/],
  [
    "samples kept for no time",
    { prometheus: { ...prometheus, retention: "0d" } },
    "prometheus.retention",
    /set/,
  ],
  [
    "samples kept longer than the disk holds them",
    { prometheus: { ...prometheus, retention: "400d" } },
    "prometheus.retention",
    /set/,
  ],
  [
    "an image of another registry without a way there",
    { network: { nat: "none" }, images: { counter: outside } },
    "images.counter",
    /nat to single/,
  ],
  [
    "an image with capitals",
    { images: { counter: outside.replace("counter", "Counter") } },
    "images.counter",
    /set/,
  ],
  ["the farewell of another stack", { farewell: "prod" }, "farewell", /remove/],
  ["a service that is none", { services: { countr: {} } }, "services.countr", /config rm/],
  ["ECS Exec by a word", { cluster: { exec: "on" } }, "cluster.exec", /exec' true/],
];

describe("a bad configuration", () => {
  for (const [what, sections, key, remedy] of [...bad, ...badLate])
    it(`with ${what} is refused, naming ${key}`, () => {
      const faults = faultsOf(() => parse(sections));
      expect(faults.map((fault) => fault.key)).to.deep.equal([`page-services:${key}`]);
      expect(faults[0]?.expected).to.not.be.empty;
      expect(faults[0]?.remedy).to.match(remedy);
    });
});
