import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Values } from "../../shared/config.ts";
import type { Readiness } from "../../shared/http/operations.ts";
import type { Log } from "../../shared/log.ts";
import { createRedis } from "../../shared/redis.ts";
import type { counterSettings } from "./config.ts";
import type { CounterStore } from "./counter.ts";
import { DynamoDBStore } from "./dynamodb-store.ts";
import type { LedgerStore } from "./ledger-store.ts";
import { RedisStore } from "./redis-store.ts";
import { startRollUp } from "./roll-up.ts";

export interface ChosenStore {
  store: CounterStore;
  readiness: Readiness;
  /** Writes what is left to write, and hangs up. */
  close(): Promise<void>;
}

export interface ChoiceOptions {
  settings: Values<typeof counterSettings>;
  dynamodb: DynamoDBClient;
  ledger: LedgerStore;
  /** This process's name in the fences, of letters and digits; no other process's. */
  writer: string;
  now: () => number;
  onCall: () => void;
  log: Log;
}

/**
 * The store that the settings ask for: Redis where there is one, else DynamoDB.
 *
 * @throws Error when Redis is asked for by name, and nothing says where it is
 */
export function openStore(options: ChoiceOptions): ChosenStore {
  const { counterStore, redisUrl, redisTimeoutMs, countersTable } = options.settings;
  const { dynamodb: client, ledger, log } = options;
  if (redisUrl === undefined && counterStore === "redis") {
    throw new Error("COUNTER_STORE is redis: set REDIS_URL, or leave COUNTER_STORE out");
  }
  if (redisUrl === undefined || counterStore === "dynamodb") {
    return {
      store: new DynamoDBStore({ ...options, client, table: countersTable }),
      readiness: {},
      close: () => Promise.resolve(),
    };
  }
  const redis = createRedis({ url: redisUrl, timeoutMs: redisTimeoutMs, log });
  const store = new RedisStore({ ...options, redis, ledger });
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
