import { oneOf, type Values, wholeNumber } from "../../shared/kit/config.ts";
import {
  apiKeySettings,
  dynamodbSettings,
  redisSettings,
  serviceSettings,
  tableSetting,
} from "../../shared/kit/settings.ts";
import { container } from "../../shared/contract.ts";
import { deadlinesFor } from "./resilience/deadlines.ts";

export const catalogSettings = {
  ...serviceSettings,
  ...apiKeySettings,
  ...dynamodbSettings,
  ...redisSettings,
  productsTable: tableSetting("products"),
  redisTimeoutMs: wholeNumber({
    env: "REDIS_TIMEOUT_MS",
    meaning: "longest wait of a read for Redis; then DynamoDB is asked",
    unit: "milliseconds",
    min: 1,
    max: 1_000,
    default: 50,
  }),
  cacheTtlSeconds: wholeNumber({
    env: "CACHE_TTL_SECONDS",
    meaning: "how long Redis keeps a product, ± 10 %",
    unit: "seconds",
    min: 1,
    max: 604_800,
    default: 3_600,
  }),
  cacheFreshSeconds: wholeNumber({
    env: "CACHE_FRESH_SECONDS",
    meaning: "how much of that it is answered without asking DynamoDB; the rest is for outages",
    unit: "seconds",
    min: 1,
    max: 604_800,
    default: 3_000,
  }),
  cacheAbsentSeconds: wholeNumber({
    env: "CACHE_ABSENT_SECONDS",
    meaning: "how long Redis keeps that there is no such product",
    unit: "seconds",
    min: 1,
    max: 3_600,
    default: 10,
  }),
  loadsParallel: wholeNumber({
    env: "LOADS_PARALLEL",
    meaning: "products that one process loads from DynamoDB at the same time",
    unit: "loads",
    min: 1,
    max: 1_000,
    default: 64,
  }),
  loadsWaiting: wholeNumber({
    env: "LOADS_WAITING",
    meaning: "further loads that wait their turn; beyond it is 503",
    unit: "loads",
    min: 0,
    max: 100_000,
    default: 1_024,
  }),
  unsettledWrites: oneOf({
    env: "UNSETTLED_WRITES",
    meaning: "a write that cannot be announced to Redis: answered as `x-cache: unsettled`, or 503",
    values: ["accept", "refuse"],
    default: "accept",
  }),
};

/** The load balancer must not hang up on a read that still has time. */
export function findConflicts(settings: Values<typeof catalogSettings>): string[] {
  const { readMs } = deadlinesFor(settings);
  if (readMs < container.loadBalancerIdleSeconds * 1_000) return [];
  return [
    `DYNAMODB_TIMEOUT_MS: expected reads within ${container.loadBalancerIdleSeconds} s, ` +
      `got up to ${readMs / 1_000} s with ${settings.dynamodbTimeoutMs} ms; lower it`,
  ];
}
