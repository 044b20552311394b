import { flag, list, oneOf, optionalText, optionalUrl, text, wholeNumber } from "./config.ts";
import { container, env, tables, type TableName } from "../contract.ts";
import { logLevels } from "./process/log.ts";

/** Left between the last step of a stop and the moment when ECS kills the task. */
const KILL_MARGIN_SECONDS = 2;
const MAX_DRAIN_SECONDS =
  container.stopTimeoutSeconds -
  container.answerSeconds -
  container.flushSeconds -
  KILL_MARGIN_SECONDS;

/** The settings that every service has, to be spread into its own. */
export const serviceSettings = {
  port: wholeNumber({
    env: env.port,
    meaning: "port to listen on",
    unit: "a TCP port",
    min: 0,
    max: 65_535,
    default: container.port,
  }),
  listenHost: optionalText({
    env: "LISTEN_HOST",
    meaning: "address to listen on; unset for every one, as in a container",
    expects: "IP address or host name",
  }),
  logLevel: oneOf({
    env: "LOG_LEVEL",
    meaning: "least severe level that is logged",
    values: logLevels,
    default: "info",
  }),
  accessLog: oneOf({
    env: "ACCESS_LOG",
    meaning: "which requests are logged; failed and slow ones always are",
    values: ["all", "problems"],
    default: "problems",
  }),
  slowRequestMs: wholeNumber({
    env: "SLOW_REQUEST_MS",
    meaning: "a request that takes longer is logged as slow",
    unit: "milliseconds",
    min: 1,
    max: 60_000,
    default: 500,
  }),
  trustedHops: wholeNumber({
    env: env.trustedHops,
    meaning: "proxies in front that append to `x-forwarded-for`; 0 takes the peer's address",
    unit: "proxies",
    min: 0,
    max: 10,
    default: 1,
  }),
  corsOrigins: corsSetting(["*"]),
  rateLimitReads: rateSetting("READS", "reads of one address in a minute, on one instance"),
  rateLimitWrites: rateSetting("WRITES", "writes of one address in a minute, on one instance"),
  rateLimitExpensive: rateSetting("EXPENSIVE", "of these, lists and logins of one address"),
  drainSeconds: wholeNumber({
    env: env.drainSeconds,
    meaning: "how long a stopping process still serves",
    unit: "seconds",
    min: 0,
    max: MAX_DRAIN_SECONDS,
    default: container.drainSeconds,
  }),
  embeddedMetrics: flag({
    env: env.embeddedMetrics,
    meaning: "write the scaling metric to the log in CloudWatch's embedded metric format",
    default: false,
  }),
  deployment: text({
    env: env.deployment,
    meaning: "name of the deployment, the dimension of that metric",
    default: "local",
  }),
  traces: oneOf({
    env: env.traces,
    meaning: "`otlp`: send traces to a collector; `off` costs nothing",
    values: ["off", "otlp"],
    default: "off",
  }),
  tracesEndpoint: text({
    env: env.tracesEndpoint,
    meaning: "the collector, which takes OTLP over HTTP at `/v1/traces`",
    default: "http://localhost:4318",
    expects: "URL with http:// or https://",
    pattern: /^https?:\/\/[^/\s?#]+(?:\/[^\s?#]*)?$/,
  }),
  tracesPercent: wholeNumber({
    env: env.tracesPercent,
    meaning: "how many requests in a hundred are traced, where their callers do not decide",
    unit: "percent",
    min: 0,
    max: 100,
    default: 5,
  }),
  metadataUri: optionalText({
    env: "ECS_CONTAINER_METADATA_URI_V4",
    meaning: "set by ECS: where the task learns its own id",
    expects: "URL",
  }),
};

/** Off by default, since on one machine everybody has one address: the deployment turns it on. */
function rateSetting(name: "READS" | "WRITES" | "EXPENSIVE", meaning: string) {
  return wholeNumber({
    env: `RATE_LIMIT_${name}`,
    meaning: `${meaning}; 0 for no limit`,
    unit: "requests",
    min: 0,
    max: 1_000_000,
    default: 0,
  });
}

/**
 * Which pages of other origins may call. By default any page may send what is public: reads, but not
 * those of a user, and a hit. A service may be stricter than the others.
 */
export function corsSetting(defaults: readonly string[]) {
  return list({
    env: "CORS_ORIGINS",
    meaning: "origins whose pages may call everything; `*` opens what is public to any",
    entries: "origins, such as https://shop.example, or `*`",
    pattern: /^(?:\*|[a-z][a-z0-9+.-]*:\/\/[^/\s]+)$/,
    default: defaults,
  });
}

/** The settings of a service that keeps something in DynamoDB. */
export const dynamodbSettings = {
  awsRegion: optionalText({
    env: env.awsRegion,
    meaning: "region of the tables; set by ECS",
    expects: "region, such as eu-west-1",
  }),
  dynamodbEndpoint: optionalUrl({
    env: env.dynamodbEndpoint,
    meaning: "a local DynamoDB; unset for the region's own",
    protocols: ["http:", "https:"],
  }),
  dynamodbTimeoutMs: wholeNumber({
    env: "DYNAMODB_TIMEOUT_MS",
    meaning: "longest wait for one attempt of a DynamoDB call",
    unit: "milliseconds",
    min: 10,
    max: 10_000,
    default: 1_000,
  }),
};

/** The settings of a service that talks to Redis. */
export const redisSettings = {
  redisUrl: optionalUrl({
    env: env.redisUrl,
    meaning: "Redis or Valkey; `rediss:` for TLS",
    protocols: ["redis:", "rediss:"],
  }),
  redisCluster: flag({
    env: env.redisCluster,
    meaning: "`REDIS_URL` is a cluster: its configuration endpoint, or any of its nodes",
    default: false,
  }),
};

/** The setting of a service whose writes ask for an API key. */
export const apiKeySettings = {
  apiKeys: list({
    env: env.apiKeys,
    meaning: "keys that may write; none leaves the writes open, for local use",
    entries: "keys of printable characters without blanks",
    pattern: /^[\x21-\x2b\x2d-\x7e]+$/,
    secret: true,
    default: [],
  }),
};

/** Names one of the contract's tables; its default is the name that the local stack uses. */
export function tableSetting(table: TableName) {
  return text({
    env: tables[table].env,
    meaning: `DynamoDB table of the ${table}`,
    default: table,
    expects: "name of a table, 3 to 255 of A-Z a-z 0-9 _ . -",
    pattern: /^[A-Za-z0-9_.-]{3,255}$/,
  });
}
