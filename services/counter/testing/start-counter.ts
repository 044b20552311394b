import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type RunningApp, startApp, testContext } from "../../../shared/tools/testing/start-app.ts";
import { Accounts } from "../accounts/accounts.ts";
import { Attempts } from "../accounts/attempts.ts";
import { Passwords } from "../accounts/passwords.ts";
import { Tokens } from "../accounts/tokens.ts";
import { createApp } from "../app.ts";
import { Counter, type CounterOptions, type CounterStore } from "../counter.ts";
import { Days } from "../days/days.ts";
import { DynamoDBDayStore } from "../dynamodb/days/day-store.ts";
import { ItemStore } from "../dynamodb/item-store.ts";
import { DynamoDBUserStore } from "../dynamodb/user-store.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import { Estimates } from "../estimates.ts";
import { TopItem } from "../dynamodb/top/top-item.ts";
import { LiveCounts } from "../http/live/live-counts.ts";
import { NewPages } from "../http/new-pages.ts";
import { TopPages } from "../top/top-pages.ts";

export interface StartCounterOptions extends Pick<CounterOptions, "onHit"> {
  client: DynamoDBClient;
  apiKeys?: string[];
  /** New pages of one address in a minute. Default: no limit. */
  perMinute?: number;
  /** Default: the DynamoDB store. */
  store?: CounterStore;
  /** Default: a list of its own, which nobody merges. */
  top?: TopPages;
  /** Milliseconds since the epoch. Default: the clock. */
  now?: () => number;
}

export interface TopPagesOfTest extends Pick<StartCounterOptions, "client"> {
  unlisted?: string[];
  /** Awaited where a total was read, before it is used. */
  onTotal?: () => Promise<void>;
}

/** The list of top pages as an instance has it. */
export function createTopPages({ client, unlisted = [], onTotal }: TopPagesOfTest): TopPages {
  const [table, now] = ["counters", () => Date.now()];
  const ledger = new LedgerStore({ client, table, now });
  const totals = {
    async find(page: string) {
      const total = await ledger.find(page);
      await onTotal?.();
      return total;
    },
  };
  return new TopPages({ store: new TopItem({ client, table }), totals, unlisted, now });
}

/** The service on its DynamoDB store, as `main.ts` joins it, with room for two listeners. */
export function startCounter(options: StartCounterOptions): Promise<RunningApp> {
  const { client, apiKeys = [], perMinute = 0, onHit, now = Date.now } = options;
  const context = testContext({ http: { ...testContext().http, apiKeys } });
  const dayStore = new DynamoDBDayStore({ client, table: "days" });
  const days = new Days({ store: dayStore, now, onFailed: raise });
  const totals = new LedgerStore({ client, table: "counters", now, days });
  const estimates = new Estimates(totals, now);
  const writer = randomUUID().replaceAll("-", "");
  const items = { client, table: "counters", writer, now, random: Math.random, days };
  const { store = new ItemStore(items), top = createTopPages({ client }) } = options;
  const counter = new Counter({
    store,
    onHit,
    onBatch({ page }, tally) {
      estimates.remember(page, tally);
      top.note(page, tally.count);
    },
  });
  const live = new LiveCounts({
    now: () => performance.now(),
    read: (page) => counter.snapshot(page),
    ...{ instance: context.instance, maxListeners: 2, maxPerAddress: 1 },
    stopping: context.lifecycle.stopping,
  });
  const newPages = new NewPages({
    perMinute,
    knows: (page) => estimates.knows(page),
    exists: async (page) => (await totals.find(page)) !== undefined,
    now,
  });
  const accounts = new Accounts({
    users: new DynamoDBUserStore({ client, table: "users", now, random: Math.random }),
    passwords: new Passwords(),
    tokens: new Tokens({ keys: [], issuer: "test" }),
    attempts: new Attempts(now),
    isRegistrationOpen: true,
    onRefusedLogin: () => undefined,
  });
  const own = { counter, accounts, estimates, totals, top, days, live, newPages, trustedHops: 1 };
  return startApp(createApp({ ...context, ...own }));
}

function raise(error: unknown): never {
  throw error;
}
