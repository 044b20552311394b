import type { Redis } from "../../../shared/kit/redis.ts";
import { openRedis } from "../../../shared/kit/redis-cluster/open-redis.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { recordingLog } from "../../../shared/tools/testing/start-app.ts";
import { RedisProductCache, type RedisProductCacheOptions } from "../redis/product-cache.ts";
import { cacheScripts } from "../redis/scripts.ts";

const LOOK_UP_MS = 200;
export const QUARANTINE_MS = 100;
let words = 0;

/** One instance's cache, with short deadlines. */
export interface Instance extends AsyncDisposable {
  redis: Redis<typeof cacheScripts>;
  cache: RedisProductCache;
  lines: Record<string, unknown>[];
}

export function openInstance(
  url: string,
  {
    isCluster = false,
    ...overrides
  }: Partial<RedisProductCacheOptions> & { isCluster?: boolean } = {},
): Instance {
  const { log, lines } = recordingLog();
  const onConnect = (node: string) => cache.connected(node);
  const connection = { url, timeoutMs: 300, scripts: cacheScripts, onConnect };
  const redis = openRedis({ ...connection, isCluster, log: recordingLog().log });
  const cache = new RedisProductCache({
    ...{ redis, log },
    redisTimeoutMs: LOOK_UP_MS,
    cacheTtlSeconds: 3_600,
    cacheFreshSeconds: 3_000,
    cacheAbsentSeconds: 10,
    leaseMs: 5_000,
    writeMs: 5_000,
    link: {
      ...{ beatMs: 20, silenceMs: 200, trustMs: 1_000, graceMs: 100 },
      quarantineMs: QUARANTINE_MS,
    },
    now: () => performance.now(),
    random: () => 0.5,
    newToken: () => (words += 1).toString(16).padStart(8, "0"),
    ...overrides,
  });
  const close = async () => {
    await cache.close();
    await redis.close();
  };
  return { redis, cache, lines, [Symbol.asyncDispose]: close };
}

/** Resolves when the instance reads from Redis. */
export function use({ cache }: Instance): Promise<unknown> {
  const isUsed = async () => (await cache.lookUp(0)).state !== "bypass";
  return pollUntil(isUsed, { what: "Redis is used" });
}
