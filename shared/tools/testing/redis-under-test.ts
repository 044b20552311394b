import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisClusterServer } from "../local/stores/redis-cluster-server.ts";
import { RedisServer } from "../local/stores/redis-server.ts";

/** What `openRedis` is given to reach it. */
export interface RedisUnderTest extends AsyncDisposable {
  url: string;
  isCluster: boolean;
  /** The one server, or a cluster's first node. */
  first: RedisServer;
}

/**
 * The Redis that a contract suite runs on: one server or, with `REDIS_CLUSTER=on`, three primaries with
 * a replica each. Nodes that start again have their data. contracts-on-cluster.long.test.ts runs the
 * suites on a cluster.
 */
export async function startRedisUnderTest(): Promise<RedisUnderTest> {
  const isCluster = process.env["REDIS_CLUSTER"] === "on";
  const dataDir = await mkdtemp(join(tmpdir(), "redis-under-test-"));
  const options = { dataDir };
  const cluster = isCluster ? await RedisClusterServer.start(options) : undefined;
  const first = cluster?.nodes[0] ?? (await RedisServer.start(options));
  const dispose = async () => {
    await (cluster ?? first)[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: first.url, isCluster, first, [Symbol.asyncDispose]: dispose };
}
