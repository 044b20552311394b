import { randomBytes } from "node:crypto";
import type Koa from "koa";
import { createServiceApp, type ServiceContext } from "../../shared/kit/http/service-app.ts";
import type { Accounts } from "./accounts/accounts.ts";
import type { Counter } from "./counter.ts";
import type { Days } from "./days/days.ts";
import type { Estimates, Totals } from "./estimates.ts";
import type { LiveCounts } from "./http/live/live-counts.ts";
import type { NewPages } from "./http/new-pages.ts";
import { createRoutes } from "./http/routes.ts";
import type { TopPages } from "./top/top-pages.ts";

export interface CounterDeps extends ServiceContext {
  counter: Counter;
  accounts: Accounts;
  estimates: Estimates;
  totals: Totals;
  top: TopPages;
  days: Days;
  live: LiveCounts;
  newPages: NewPages;
  /** Proxies in front that append to `x-forwarded-for`. */
  trustedHops: number;
}

export function createApp(deps: CounterDeps): Koa {
  const about = {
    service: "counter",
    title: "Page counter",
    description: "Gives every opening of a page its own number, and draws badges of it.",
    version: "2.5.0",
    tags: {
      pages: "Pages and their counts.",
      embedding: "What other sites put into their pages.",
      users: "Users, each with a number of their own.",
    },
  } as const;
  const newNonce = () => randomBytes(16).toString("base64");
  return createServiceApp(about, createRoutes({ ...deps, newNonce }), deps);
}
