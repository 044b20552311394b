import { flag, list, oneOf, type Values, wholeNumber } from "../../shared/kit/config.ts";
import { env } from "../../shared/contract.ts";
import {
  apiKeySettings,
  dynamodbSettings,
  redisSettings,
  serviceSettings,
  tableSetting,
} from "../../shared/kit/settings.ts";
import { keptAddresses } from "./kept-address.ts";
import { PAGE_NAME } from "./page-name.ts";

export const counterSettings = {
  ...serviceSettings,
  ...apiKeySettings,
  ...redisSettings,
  ...dynamodbSettings,
  countersTable: tableSetting("counters"),
  sessionsTable: tableSetting("sessions"),
  usersTable: tableSetting("users"),
  daysTable: tableSetting("days"),
  registration: oneOf({
    env: "REGISTRATION",
    meaning: "whether new users may register",
    values: ["open", "closed"],
    default: "open",
  }),
  tokenKeys: list({
    env: env.tokenKeys,
    meaning:
      "keys of access tokens: the first signs, all are accepted; unset, tokens end with the process",
    entries: "keys of 32 or more printable characters",
    pattern: /^[\x21-\x2b\x2d-\x7e]{32,}$/,
    secret: true,
    default: [],
  }),
  counterStore: oneOf({
    env: "COUNTER_STORE",
    meaning: "where hits are counted; `auto` is `redis` when `REDIS_URL` is set, else `dynamodb`",
    values: ["auto", "redis", "dynamodb"],
    default: "auto",
  }),
  redisTimeoutMs: wholeNumber({
    env: "REDIS_TIMEOUT_MS",
    meaning: "longest wait for one reply of Redis",
    unit: "milliseconds",
    min: 10,
    max: 10_000,
    default: 500,
  }),
  sessions: flag({
    env: "SESSIONS",
    meaning: "write a record of each hit, kept for 30 days",
    default: true,
  }),
  sessionIp: oneOf({
    env: "SESSION_IP",
    meaning: "how much of the visitor's address a record keeps",
    values: keptAddresses,
    default: "truncated",
  }),
  sessionBuffer: wholeNumber({
    env: "SESSION_BUFFER",
    meaning: "records that may wait to be written; more are dropped, and counted",
    unit: "records",
    min: 25,
    max: 1_000_000,
    default: 10_000,
  }),
  sessionRate: wholeNumber({
    env: "SESSION_RATE",
    meaning: "records that an instance writes in a second at most; each costs a write of DynamoDB",
    unit: "records",
    min: 25,
    max: 1_000_000,
    default: 1_000,
  }),
  eventListeners: wholeNumber({
    env: "EVENT_LISTENERS",
    meaning: "connections that may follow a count live, on one instance",
    unit: "connections",
    min: 0,
    max: 100_000,
    default: 1_000,
  }),
  listenersPerAddress: wholeNumber({
    env: "EVENT_LISTENERS_PER_ADDRESS",
    meaning: "of these, connections of one address (of one /64 network with IPv6)",
    unit: "connections",
    min: 1,
    max: 100_000,
    default: 20,
  }),
  newPagesPerMinute: wholeNumber({
    env: "NEW_PAGES_PER_MINUTE",
    meaning: "pages that one address may make, on one instance; 0 for no limit",
    unit: "pages",
    min: 0,
    max: 1_000_000,
    default: 60,
  }),
  unlistedPages: list({
    env: "UNLISTED_PAGES",
    meaning: "pages that are left out of the top pages; they count all the same",
    entries: "names of pages, each 1 to 128 of A-Z a-z 0-9 . _ ~ -",
    pattern: PAGE_NAME,
    default: [],
  }),
};

/** Redis cannot count where nothing says where it is. */
export function findConflicts(settings: Values<typeof counterSettings>): string[] {
  const { counterStore, redisUrl } = settings;
  if (counterStore !== "redis" || redisUrl !== undefined) return [];
  return [
    `COUNTER_STORE: expected ${env.redisUrl} beside redis, got none; set it, or unset COUNTER_STORE`,
  ];
}
