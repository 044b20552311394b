import type { Log } from "../../../shared/kit/process/log.ts";
import type { CounterStore } from "../counter.ts";
import { startRollUp } from "../roll-up.ts";
import { RedisStore, type RedisStoreOptions } from "./redis-store.ts";

/** A store that counts, and what the process asks of it beside. */
export interface Counting {
  store: CounterStore;
  readiness: Record<string, () => Promise<unknown>>;
  /** Writes what is left to write, and closes the connection. */
  close?(): Promise<void>;
}

/** Counts in Redis, and rolls the counts up in the background. */
export function countInRedis({ log, ...options }: RedisStoreOptions & { log: Log }): Counting {
  const { redis } = options;
  const store = new RedisStore(options);
  const rollUp = startRollUp(() => store.rollUp(), log);
  return {
    store,
    readiness: { redis: () => redis.run((connection) => connection.ping()) },
    async close() {
      await rollUp.stop();
      await store.giveBack();
      await redis.close();
    },
  };
}
