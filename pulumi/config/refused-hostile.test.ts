import {
  allowing,
  certificate,
  counter,
  digestOf,
  domain,
  itRefuses,
  prometheus,
  scaling,
  schedule,
  topic,
} from "./testing.ts";

const host = `${"a".repeat(60)}.${"b".repeat(60)}.example.com`;
const cron = (expression: string) => scaling({ ...schedule, cron: expression });
const node = (nodeType: string) => ({ data: { valkey: { nodeType } } });

describe("a configuration that looks right at first sight", () => {
  itRefuses([
    ["a name that every object has", { toString: 1 }, "toString", /config rm 'page/],
    [
      "a nested key set without --path",
      { "network.nat": "none" },
      "network.nat",
      /config rm 'page/,
    ],
    [
      "a dot in a nested key",
      { network: { "a.b": 1 } },
      'network["a.b"]',
      /rm --path '.*\["a\.b"\]'/,
    ],
    ["nothing for a section", { network: null }, "network", /config rm/],
    ["nothing for a value", { network: { nat: null } }, "network.nat", /perZone/],
    ["a block with a space after it", { network: { cidr: "10.0.0.0/16 " } }, "network.cidr", /set/],
    [
      "a block with bits beyond its mask",
      { network: { cidr: "10.0.1.0/16" } },
      "network.cidr",
      /set/,
    ],
    ["half a zone", { network: { availabilityZones: 2.5 } }, "network.availabilityZones", /set/],
    [
      "a host name with a dot at its end",
      { domain: { ...domain, name: "a.example.com." } },
      "domain.name",
      /set/,
    ],
    [
      "an address for a host name",
      { domain: { name: "10.0.0.1", certificateArn: certificate("eu-west-1") } },
      "domain.name",
      /set/,
    ],
    [
      "an account's ARN for a certificate",
      {
        domain: {
          ...domain,
          certificateArn: certificate("eu-west-1").replace("certificate/", "account/"),
        },
      },
      "domain.certificateArn",
      /set/,
    ],
    [
      "a subscription for a topic",
      { alarms: { topicArn: `${topic("eu-west-1", "ops")}:6b0e71bd` } },
      "alarms.topicArn",
      /set/,
    ],
    [
      "a topic in China",
      { alarms: { topicArn: topic("eu-west-1", "ops").replace("aws", "aws-cn") } },
      "alarms.topicArn",
      /set/,
    ],
    [
      "a host name longer than a listener rule takes",
      { prometheus: { ...prometheus, host } },
      "prometheus.host",
      /set/,
    ],
    [
      "one block where a list must be",
      { prometheus: { ...prometheus, allow: "10.0.0.0/8" } },
      "prometheus.allow",
      /allow\[0\]/,
    ],
    ["a block of IPv6", allowing("2001:db8::/32"), "prometheus.allow[0]", /set/],
    ["a node size of another family", node("cache.m5.8xlarge"), "data.valkey.nodeType", /set/],
    ["a node that needs data tiering", node("cache.r6gd.xlarge"), "data.valkey.nodeType", /set/],
    [
      "an offset for a time zone",
      scaling({ ...schedule, timezone: "+02:00" }),
      "services.counter.scaling[0].timezone",
      /set/,
    ],
    [
      "a time zone in lower case",
      scaling({ ...schedule, timezone: "europe/berlin" }),
      "services.counter.scaling[0].timezone",
      /set/,
    ],
    [
      "a time zone in upper case",
      scaling({ ...schedule, timezone: "Europe/BERLIN" }),
      "services.counter.scaling[0].timezone",
      /set/,
    ],
    [
      "a step longer than the hour",
      cron("0/90 * * * ? *"),
      "services.counter.scaling[0].cron",
      /minute/,
    ],
    [
      "two spaces in a cron expression",
      cron("0  8 ? * MON-FRI *"),
      "services.counter.scaling[0].cron",
      /minute/,
    ],
    [
      "a line end in a cron expression",
      cron("0 8 ? * MON-FRI *\n"),
      "services.counter.scaling[0].cron",
      /minute/,
    ],
    [
      "a day that its month lacks",
      cron("0 8 30 FEB ? *"),
      "services.counter.scaling[0].cron",
      /minute/,
    ],
    [
      "more variables than a task definition holds",
      counter({ environment: { BIG: "x".repeat(40_000) } }),
      "services.counter.environment",
      /set/,
    ],
    [
      "a log without the failures that the alarms count",
      counter({ environment: { LOG_LEVEL: "silent" } }),
      "services.counter.environment.LOG_LEVEL",
      /error/,
    ],
    [
      "as many bytes in fewer characters",
      counter({ environment: { BIG: "€".repeat(12_000) } }),
      "services.counter.environment",
      /set/,
    ],
    [
      "so many variables that their punctuation alone fills it",
      counter({
        environment: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`A${i}`, ""])),
      }),
      "services.counter.environment",
      /set/,
    ],
    [
      "a variable without a name",
      counter({ environment: { "": "x" } }),
      'services.counter.environment[""]',
      /rename/,
    ],
    [
      "a size in quotes",
      counter({ size: { cpu: "256", memory: 512 } }),
      "services.counter.size.cpu",
      /set/,
    ],
    ["a registry without a name", { images: { counter: digestOf("..") } }, "images.counter", /set/],
    [
      "an architecture as Docker calls it",
      { cluster: { architecture: "amd64" } },
      "cluster.architecture",
      /arm64/,
    ],
    ["a farewell without a name", { farewell: "" }, "farewell", /remove it/],
  ]);
});
