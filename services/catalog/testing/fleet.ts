import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ChildProcess } from "../../../shared/tools/local/processes/child-process.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { RedisClusterServer } from "../../../shared/tools/local/stores/redis-cluster-server.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import { TcpProxy } from "../../../shared/tools/testing/tcp-proxy.ts";

export interface FleetOptions {
  instances: number;
  /** Redis then has its data after a crash. */
  keepsData?: boolean;
  /** Redis is then three primaries, each with a replica. */
  isCluster?: boolean;
  /** Each instance then reaches Redis by a proxy of its own. */
  hasProxies?: boolean;
  /** DynamoDB is then reached by a proxy that can be slow. */
  isSlow?: boolean;
  /** How much later each reply of DynamoDB comes; see slow-database.ts. */
  databaseDelayMs?: number;
  env?: Record<string, string>;
}

/** Instances of the catalog, and the stores that they share. */
export interface Fleet extends AsyncDisposable {
  /** In a cluster its first node. */
  redis: RedisServer;
  cluster: RedisClusterServer | undefined;
  proxies: readonly TcpProxy[];
  database: StrictDynamoDB | undefined;
  /** Past every proxy. */
  dynamodbUrl: string;
  urls: readonly string[];
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "catalog-fleet-"));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const { redis, cluster } = await startRedis(options, dataDir);
  stack.use(cluster ?? redis);
  const dynamodb = stack.use(await DynamodbServer.start());
  await dynamodb.createTables();
  const database = options.isSlow ? stack.use(await StrictDynamoDB.start(dynamodb.url)) : undefined;
  const slow = options.databaseDelayMs
    ? stack.use(await startSlowDatabase(dynamodb.url, options.databaseDelayMs))
    : undefined;
  const proxies: TcpProxy[] = [];
  const urls: string[] = [];
  for (let count = 0; count < options.instances; count += 1) {
    const proxy = options.hasProxies ? stack.use(await TcpProxy.start(redis.url)) : undefined;
    if (proxy) proxies.push(proxy);
    const stores = {
      dynamodbUrl: database?.url ?? slow?.url ?? dynamodb.url,
      redisUrl: proxy ? `redis://127.0.0.1:${proxy.port}` : redis.url,
      isRedisCluster: options.isCluster,
    };
    const env = {
      ...{ ...serviceEnvironment("catalog", stores), DRAIN_SECONDS: "0" },
      ...options.env,
    };
    urls.push(stack.use(await ServiceProcess.start("catalog", { env })).url);
  }
  const { url: dynamodbUrl } = dynamodb;
  return {
    redis,
    cluster,
    proxies,
    database,
    dynamodbUrl,
    urls,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function startRedis({ isCluster, keepsData }: FleetOptions, dataDir: string) {
  if (!isCluster) {
    return { redis: await RedisServer.start(keepsData ? { dataDir } : {}), cluster: undefined };
  }
  const cluster = await RedisClusterServer.start();
  const [redis] = cluster.nodes;
  if (redis === undefined) throw new Error("the cluster has no node");
  return { redis, cluster };
}

async function startSlowDatabase(target: string, delayMs: number) {
  const program = fileURLToPath(new URL("slow-database.ts", import.meta.url));
  const started = await ChildProcess.start({
    name: "slow-database",
    command: process.execPath,
    args: [program, target, String(delayMs)],
  });
  const line = await started.waitForLine(/slow database at/);
  return {
    url: line.split(" ").at(-1) ?? "",
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}
