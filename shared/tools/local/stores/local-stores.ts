import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { DynamodbServer } from "./dynamodb-server.ts";
import { explainTables, StartFault } from "../start-faults.ts";
import { RedisClusterServer } from "./redis-cluster-server.ts";
import { findRedisProgram, RedisServer } from "./redis-server.ts";
import { keepTokenKey } from "./token-key.ts";
import type { ServerProcess } from "../processes/server-process.ts";
import type { StoreAddresses } from "../processes/service-environment.ts";

const CONNECT_TIMEOUT_MS = 2_000;

export interface LocalStoresOptions {
  /** Folder below which each store keeps its files. */
  dataDir: string;
  /** A Redis that runs already. Default: one of our own, where the machine has the program. */
  redisUrl?: string | undefined;
  /** It is a cluster, or our own is to be one. */
  redisCluster?: boolean | undefined;
}

export interface LocalStores {
  addresses: StoreAddresses;
  /** The processes that were started for them. */
  servers: readonly ServerProcess[];
  /** For people: which store it is and where it keeps its data. */
  descriptions: { dynamodb: string; redis: string };
}

/** Starts the stores, tables made. When one of them fails, none is left running. */
export async function startLocalStores(options: LocalStoresOptions): Promise<LocalStores> {
  await using started = new AsyncDisposableStack();
  const dataDir = join(options.dataDir, "dynamodb");
  const dynamodb = started.use(await DynamodbServer.start({ dataDir }));
  // Before Redis, because DynamoDB locks its folder: a second stack on the same data ends here.
  await dynamodb.createTables().catch((error: unknown) => {
    throw explainTables(options.dataDir, error);
  });
  const redis = await startRedis(options);
  const tokenKeys = await keepTokenKey(options.dataDir);
  started.move();
  return {
    addresses: {
      dynamodbUrl: dynamodb.url,
      redisUrl: redis.url,
      isRedisCluster: options.redisCluster,
      tokenKeys,
    },
    servers: [dynamodb, ...redis.servers],
    descriptions: { dynamodb: `dynalite, data in ${dataDir}`, redis: redis.description },
  };
}

interface Redis {
  url: string | undefined;
  servers: readonly ServerProcess[];
  description: string;
}

async function startRedis(options: LocalStoresOptions): Promise<Redis> {
  const { dataDir, redisUrl, redisCluster = false } = options;
  if (redisUrl !== undefined) {
    const { host } = await checkConnection(new URL(redisUrl));
    return { url: redisUrl, servers: [], description: `at ${host}, by REDIS_URL` };
  }
  if (findRedisProgram() === undefined) {
    const description =
      "none found: the counter counts in DynamoDB, the catalog runs without its cache";
    return { url: undefined, servers: [], description };
  }
  if (redisCluster) {
    const cluster = await RedisClusterServer.start({ dataDir: join(dataDir, "redis-cluster") });
    const description = "a cluster of three primaries with a replica each, empty at each start";
    return { url: cluster.url, servers: cluster.nodes, description };
  }
  const folder = join(dataDir, "redis");
  const server = await RedisServer.start({ dataDir: folder });
  return { url: server.url, servers: [server], description: `${server.name}, data in ${folder}` };
}

/** Resolves with the url when something listens there; it is never printed with its password. */
async function checkConnection(url: URL): Promise<URL> {
  const { host, hostname, port } = url;
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 6379) });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    return url;
  } catch (cause) {
    const message = `Nothing answers at ${host}, where REDIS_URL points: start it, or unset REDIS_URL`;
    throw new StartFault(message, { cause });
  } finally {
    socket.destroy();
  }
}
