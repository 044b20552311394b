/**
 * What the infrastructure, the local gateway, the services and the tests must agree on.
 *
 * Plain data, and pure functions of it: this file imports nothing, so each of them can read it, and a
 * path, a table or a grant that changes here changes for all of them at once.
 */

/** An action of the DynamoDB API, without its `dynamodb:` prefix. */
export type TableAction =
  | "BatchGetItem"
  | "BatchWriteItem"
  | "DeleteItem"
  | "DescribeTable"
  | "GetItem"
  | "PutItem"
  | "Scan"
  | "UpdateItem";

/** One DynamoDB table: its key, and the attribute that DynamoDB sweeps by (epoch seconds). */
export interface TableContract {
  /** Environment variable with the table's real name. */
  env: string;
  hashKey: { name: string; type: "S" | "N" };
  ttlAttribute?: string;
}

/** One listener rule of the load balancer. */
export interface ListenerRule {
  /** Public, five at most, as an ALB matches them: case-sensitive, `*` any characters, `?` one. */
  paths: readonly string[];
  /** The lowest that matches wins: unique, and never renumbered (swapping two collides). */
  priority: number;
}

/** One service as the outside sees it, and what it may touch. */
export interface ServiceContract {
  /** What it is for, in one sentence. */
  purpose: string;
  /** Its listener rules; the first one bears the service's name. */
  rules: readonly [ListenerRule, ...ListenerRule[]];
  /** True when the service gets `REDIS_URL`. */
  redis: boolean;
  /** True when the service has writes that ask for an API key. */
  apiKeys: boolean;
  /** True when the service signs tokens for its users. */
  tokenKeys?: boolean;
  /** What its log tells beside failed requests; a deployment has an alarm for each. */
  signals?: readonly ("refusedLogins" | "refusedWrites" | "openCircuits" | "missingNumbers")[];
  /** The tables it touches, each with the only actions it is granted. */
  tables: Partial<Record<TableName, readonly TableAction[]>>;
  /**
   * CloudWatch metric a service can be scaled on: its mean is kept at a target value per task.
   * Every task writes it with the one dimension `Deployment`, the value of `DEPLOYMENT`.
   */
  scalingMetric?: { namespace: string; name: string };
}

export const tables = {
  counters: { env: "COUNTERS_TABLE", hashKey: { name: "page", type: "S" } },
  sessions: {
    env: "SESSIONS_TABLE",
    hashKey: { name: "id", type: "S" },
    ttlAttribute: "expires_at",
  },
  users: { env: "USERS_TABLE", hashKey: { name: "email", type: "S" } },
  days: { env: "DAYS_TABLE", hashKey: { name: "page", type: "S" }, ttlAttribute: "expires_at" },
  products: { env: "PRODUCTS_TABLE", hashKey: { name: "id", type: "N" } },
  streams: { env: "STREAMS_TABLE", hashKey: { name: "id", type: "S" }, ttlAttribute: "expires_at" },
} as const satisfies Record<string, TableContract>;

export type TableName = keyof typeof tables;

export const services = {
  counter: {
    purpose: "Gives every view of a page its own number, and every user a number of their own.",
    rules: [
      { paths: ["/", "/counter", "/counter/*", "/docs"], priority: 10 },
      { paths: ["/registration", "/login", "/current", "/next", "/account"], priority: 11 },
    ],
    redis: true,
    apiKeys: true,
    tokenKeys: true,
    signals: ["refusedLogins", "refusedWrites", "missingNumbers"],
    tables: {
      counters: ["DescribeTable", "GetItem", "UpdateItem", "DeleteItem", "Scan"],
      sessions: ["BatchWriteItem"],
      users: ["GetItem", "PutItem", "UpdateItem"],
      days: ["GetItem", "UpdateItem", "DeleteItem"],
    },
    scalingMetric: { namespace: "PageServices", name: "HitsPerSecond" },
  },
  catalog: {
    purpose: "Keeps products with exact prices, and reads them through a cache.",
    rules: [{ paths: ["/data", "/product/*", "/catalog", "/catalog/*"], priority: 20 }],
    redis: true,
    apiKeys: true,
    signals: ["openCircuits"],
    tables: {
      products: ["DescribeTable", "GetItem", "PutItem", "DeleteItem", "Scan"],
    },
    scalingMetric: { namespace: "PageServices", name: "ReadsPerSecond" },
  },
  "stream-guard": {
    purpose: "Limits how many video streams a caller watches at the same time.",
    rules: [
      {
        paths: [
          "/api/v1/stream",
          "/api/v1/streams",
          "/api/v1/streams/*",
          "/stream-guard",
          "/stream-guard/*",
        ],
        priority: 30,
      },
    ],
    redis: false,
    apiKeys: true,
    signals: ["openCircuits"],
    tables: {
      streams: ["DescribeTable", "GetItem", "UpdateItem", "BatchGetItem"],
    },
    scalingMetric: { namespace: "PageServices", name: "ActiveStreams" },
  },
} as const satisfies Record<string, ServiceContract>;

export type ServiceName = keyof typeof services;

export const serviceNames = Object.keys(services) as ServiceName[];

/** What every container has in common. Seconds are whole seconds. */
export const container = {
  port: 8080,
  /** Liveness for the load balancer and for ECS; touches no store. */
  healthPath: "/healthz",
  /** Readiness: whether every store answers. */
  readyPath: "/readyz",
  /** Prometheus text; reachable inside the network only. */
  metricsPath: "/metrics",
  /** How long a stopping task still serves while the load balancer takes it out. */
  drainSeconds: 10,
  /** Then: the longest wait for the requests that are still open, before they are cut. */
  answerSeconds: 5,
  /** Then: the longest that flushing buffers and closing clients may take. */
  flushSeconds: 8,
  /** ECS kills a task this long after SIGTERM: more than the three above together. */
  stopTimeoutSeconds: 30,
  /** Keep-alive of the services must outlast this, or the load balancer sees resets. */
  loadBalancerIdleSeconds: 60,
} as const;

/** Environment variables that the deployment sets and the services read. Tables name their own. */
export const env = {
  port: "PORT",
  redisUrl: "REDIS_URL",
  /** `on`: the URL is that of a cluster. */
  redisCluster: "REDIS_CLUSTER",
  apiKeys: "API_KEYS",
  tokenKeys: "TOKEN_KEYS",
  trustedHops: "TRUSTED_HOPS",
  drainSeconds: "DRAIN_SECONDS",
  dynamodbEndpoint: "DYNAMODB_ENDPOINT",
  awsRegion: "AWS_REGION",
  /** `on`: the service writes its scaling metric to the log in embedded metric format. */
  embeddedMetrics: "EMBEDDED_METRICS",
  /** Name of the deployment (project and stack), so that two of one account keep their metrics apart. */
  deployment: "DEPLOYMENT",
  traces: "TRACES",
  tracesEndpoint: "OTEL_EXPORTER_OTLP_ENDPOINT",
  tracesPercent: "TRACES_PERCENT",
} as const;

/** Where a container runs: on AWS, in the local stack or in compose. */
export interface Place {
  /** AWS region of the tables. */
  region: string;
  tableNames: Readonly<Record<TableName, string>>;
  /** A local DynamoDB; undefined for the region's own. */
  dynamodbEndpoint?: string | undefined;
  /** Whether the Redis is a cluster. */
  isRedisCluster?: boolean | undefined;
  /** Proxies in front that append to `x-forwarded-for`. */
  trustedHops: number;
  /** How long a stopping container still serves. */
  drainSeconds: number;
  /** Name of the deployment: of its metrics, and of the issuer of its tokens. */
  deployment: string;
  /** Whether the service writes its scaling metric to the log. */
  publishesMetric?: boolean;
  /** Where the service sends the traces of how many requests in a hundred; undefined for none. */
  traces?: { endpoint: string; percent: number } | undefined;
}

/** The plain environment of a service's container, and of a local process alike. */
export function containerEnvironment(
  service: ServiceContract,
  place: Place,
): Record<string, string> {
  const own = Object.keys(service.tables) as TableName[];
  const { dynamodbEndpoint, traces } = place;
  return {
    [env.port]: String(container.port),
    [env.awsRegion]: place.region,
    [env.trustedHops]: String(place.trustedHops),
    [env.drainSeconds]: String(place.drainSeconds),
    [env.deployment]: place.deployment,
    ...(service.redis && place.isRedisCluster === true && { [env.redisCluster]: "on" }),
    ...(dynamodbEndpoint !== undefined && { [env.dynamodbEndpoint]: dynamodbEndpoint }),
    ...(traces !== undefined && {
      [env.traces]: "otlp",
      [env.tracesEndpoint]: traces.endpoint,
      [env.tracesPercent]: String(traces.percent),
    }),
    ...(place.publishesMetric === true && { [env.embeddedMetrics]: "on" }),
    ...Object.fromEntries(own.map((table) => [tables[table].env, place.tableNames[table]])),
  };
}

/**
 * What one address may ask of one task in a minute, unless a stack's `environment` says otherwise.
 * Generous, since an office or a mobile network is one address; it stops a script, not a crowd.
 */
export const deployedRateLimits = {
  RATE_LIMIT_READS: "1200",
  RATE_LIMIT_WRITES: "600",
  RATE_LIMIT_EXPENSIVE: "120",
} as const;

/** What a container is given as a secret; `T` is the secret itself, or where to find it. */
export interface Secrets<T> {
  /** URL of Redis with its password; undefined where there is none. */
  redisUrl?: T | undefined;
  /** Keys that may write; undefined leaves the writes open. */
  apiKeys?: T | undefined;
  /** Keys that sign the tokens of users; undefined where each process makes its own. */
  tokenKeys?: T | undefined;
}

/** The secret part of a container's environment: only what the service uses. */
export function containerSecrets<T>(
  service: ServiceContract,
  { redisUrl, apiKeys, tokenKeys }: Secrets<T>,
): Record<string, T> {
  return {
    ...(service.redis && redisUrl !== undefined && { [env.redisUrl]: redisUrl }),
    ...(service.apiKeys && apiKeys !== undefined && { [env.apiKeys]: apiKeys }),
    ...(service.tokenKeys && tokenKeys !== undefined && { [env.tokenKeys]: tokenKeys }),
  };
}
