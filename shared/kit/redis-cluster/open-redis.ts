import type { RedisScripts } from "redis";
import { createRedis, type NoScripts, type Redis, type RedisOptions } from "../redis.ts";
import { createRedisCluster } from "./redis-cluster.ts";

export interface OpenRedisOptions<Scripts extends RedisScripts> extends RedisOptions<Scripts> {
  /** The url is that of a cluster: its configuration endpoint, or any of its nodes. */
  isCluster: boolean;
}

/** One server or a cluster: whoever uses it need not know. */
export function openRedis<Scripts extends RedisScripts = NoScripts>({
  isCluster,
  ...options
}: OpenRedisOptions<Scripts>): Redis<Scripts> {
  return isCluster ? createRedisCluster(options) : createRedis(options);
}
