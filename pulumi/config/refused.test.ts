import { itRefuses, scaling, schedule } from "./testing.ts";

describe("a bad configuration", () => {
  itRefuses([
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
      {
        prometheus: { host: "p.example.com", allow: [1, 2, 3, 4, 5].map((i) => `10.${i}.0.0/16`) },
      },
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
  ]);
});
