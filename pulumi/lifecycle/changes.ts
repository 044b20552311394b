import type { StackFile } from "../offline/stack-file.ts";

/** Values by their path in the configuration, such as `network.nat`; undefined takes one away. */
type Patch = Readonly<Record<string, unknown>>;

/** One change of configuration that somebody may want to make to a running stack. */
export interface Change {
  title: string;
  stack: "dev" | "prod";
  /** What the stack has before, where that is not what its file says. */
  from?: Patch;
  to: Patch;
}

const digest = (character: string) =>
  `123456789012.dkr.ecr.eu-west-1.amazonaws.com/dev-counter@sha256:${character.repeat(64)}`;

const dev = (title: string, to: Patch, from: Patch = {}): Change => ({
  title,
  stack: "dev",
  from,
  to,
});
const prod = (title: string, to: Patch): Change => ({ title, stack: "prod", to });

export const changes: readonly Change[] = [
  dev("image from a build to a given digest", { "images.counter": digest("a") }),
  dev("another digest", { "images.counter": digest("b") }, { "images.counter": digest("a") }),
  dev("environment variable of a service", {
    "services.counter.environment": { ACCESS_LOG: "all" },
  }),
  dev("larger tasks", { "services.counter.size": { cpu: 512, memory: 1024 } }),
  dev("a size that Fargate does not have", { "services.counter.size": { cpu: 512, memory: 700 } }),
  dev("more tasks at most", { "services.counter.tasks": { min: 1, max: 4 } }),
  dev("more tasks at least", { "services.counter.tasks": { min: 2, max: 2 } }),
  dev("step scaling to target tracking", {
    "services.counter.scaling": [{ kind: "target", metric: "cpu", value: 60 }],
  }),
  prod("a schedule taken away", {
    "services.catalog.scaling": [{ kind: "target", metric: "cpu", value: 60 }],
  }),
  dev("arm64 to x86_64", { "cluster.architecture": "x86_64" }),
  dev("Spot to On-Demand", {
    "cluster.capacity": { fargate: { base: 0, weight: 1 }, spot: { base: 0, weight: 0 } },
  }),
  dev("Container Insights", { "cluster.insights": "enabled" }),
  dev("one NAT gateway to one a zone", { "network.nat": "perZone" }),
  dev("one NAT gateway to none", { "network.nat": "none" }),
  dev("two zones to three", { "network.availabilityZones": 3 }),
  dev("another address block", { "network.cidr": "10.1.0.0/16" }),
  dev("a domain", {
    domain: { name: "api.example.com", zone: "example.com" },
    ingress: undefined,
  }),
  prod("another host name", { "domain.name": "www.example.com" }),
  prod("no domain", { domain: undefined }),
  prod("no access logs", { "ingress.accessLogDays": 0 }),
  prod("another rate limit", { "ingress.waf.requestsPer5Minutes": 5000 }),
  prod("no WAF", { "ingress.waf": undefined }),
  dev("no Valkey", { "data.valkey.enabled": false }),
  dev("a larger Valkey", { "data.valkey.nodeType": "cache.t4g.small" }),
  dev("a replica of Valkey", { "data.valkey.replicas": 1 }),
  prod("Valkey to cluster mode, first step", { "data.valkey.clusterMode": "compatible" }),
  dev(
    "three shards in place of one",
    { "data.valkey.clusterMode": "on", "data.valkey.shards": 3 },
    { "data.valkey.clusterMode": "on" },
  ),
  prod("no snapshots of Valkey", { "data.valkey.snapshotDays": 0 }),
  dev("backups of the tables", { "data.pointInTimeRecovery": true }),
  dev("logs for longer", { logDays: 30 }),
  dev("protection", { protect: true }),
  prod("no protection", { protect: false }),
  prod("a declared farewell", { farewell: "prod" }),
  dev("somebody else's topic for alarms", {
    alarms: { topicArn: "arn:aws:sns:eu-west-1:123456789012:ops" },
  }),
  prod("another line for latency", { "alarms.p95Seconds": 1 }),
  prod("another host name of Prometheus", { "prometheus.host": "metrics.example.com" }),
  prod("no Prometheus", { prometheus: undefined }),
];

/** The stack file with other values. */
export function patched(file: StackFile, patch: Patch): StackFile {
  const values = new Map(Object.entries(file.values));
  for (const [keys, value] of Object.entries(patch)) {
    const [section = "", ...path] = keys.split(".");
    const key = `${file.project}:${section}`;
    const whole = values.get(key);
    const next = withValue(whole === undefined ? {} : JSON.parse(whole), path, value);
    if (next === undefined) values.delete(key);
    else values.set(key, JSON.stringify(next));
  }
  return { ...file, values: Object.fromEntries(values) };
}

function withValue(whole: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const object = (whole ?? {}) as Record<string, unknown>;
  return { ...object, [key]: withValue(object[key], rest, value) };
}
