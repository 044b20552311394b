import type { Context } from "koa";
import { problems } from "../../../shared/kit/http/problem.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import { accountRoutes, type AccountRoutesOptions } from "./account-routes.ts";
import type { Totals } from "../estimates.ts";
import { dayRoute } from "./day-route.ts";
import { embedRoutes } from "./embed-routes.ts";
import { hitRoute } from "./hit-routes.ts";
import type { LiveCounts } from "./live/live-counts.ts";
import { pageRoutes, type PageRoutesOptions } from "./page-routes.ts";
import * as present from "./presenter.ts";
import { listenerProblems, noStream } from "./problems.ts";
import * as schemas from "./schemas.ts";
import { addressOf } from "./visitors/visitor.ts";

const tag = "pages";

export interface CounterRoutesOptions extends PageRoutesOptions, AccountRoutesOptions {
  totals: Totals;
  live: LiveCounts;
}

export function createRoutes(options: CounterRoutesOptions): Route[] {
  return [
    hitRoute(options),
    ...pageRoutes(options),
    listRoute(options),
    setRoute(options),
    removeRoute(options),
    historyRoute(options),
    dayRoute(options),
    eventsRoute(options),
    ...embedRoutes(options),
    ...accountRoutes(options),
  ];
}

function listRoute({ totals, top }: CounterRoutesOptions): Route {
  return route({
    method: "GET",
    paths: ["/counter"],
    operationId: "listPages",
    expensive: true,
    tag,
    summary: "The pages with their counts as last rolled up, in no order or the top ones",
    description:
      "Follow `next_cursor` until an answer has none. A page that is new may be missing. The top pages " +
      "leave out those that are configured as unlisted.",
    query: schemas.ListQuery,
    replies: { 200: { description: "Some of the pages", schema: schemas.PageList } },
    problems: [problems.storeUnavailable],
    async handle(ctx, { query }) {
      const { order, limit, cursor } = query;
      ctx.body = present.presentList(
        order === "top"
          ? { pages: (await top.list()).slice(0, limit) }
          : await totals.list(limit, cursor),
      );
    },
  });
}

function setRoute({ counter, estimates, top, instance }: CounterRoutesOptions): Route {
  return route({
    method: "PUT",
    paths: ["/counter/{page}"],
    operationId: "setPage",
    tag,
    summary: "Sets a page's count, up or down",
    description: "Hits that come meanwhile are counted before it or after it.",
    apiKey: true,
    params: schemas.PageParams,
    body: schemas.NewCount,
    replies: { 200: { description: "The count as set", schema: schemas.Tally } },
    problems: [problems.storeUnavailable],
    async handle(ctx, { params: { page }, body }) {
      const tally = await counter.set(page, body.count);
      estimates.remember(page, tally);
      top.change(page, tally.count);
      ctx.body = present.presentTally(page, tally, instance);
    },
  });
}

function removeRoute({ counter, days, estimates, top }: CounterRoutesOptions): Route {
  return route({
    method: "DELETE",
    paths: ["/counter/{page}"],
    operationId: "removePage",
    tag,
    summary: "Forgets a page; its next hit is its first, and makes it again",
    description: "To forget a page that is not there is no failure.",
    apiKey: true,
    params: schemas.PageParams,
    replies: { 204: { description: "Forgotten, or never known" } },
    problems: [problems.storeUnavailable],
    async handle(ctx, { params: { page } }) {
      // The days first: a hit after the removal begins its day, which must not be removed then.
      await days.remove(page);
      await counter.remove(page);
      estimates.forget(page);
      top.change(page, 0);
      ctx.status = 204;
    },
  });
}

function historyRoute({ counter }: CounterRoutesOptions): Route {
  return route({
    method: "GET",
    paths: ["/counter/{page}/history"],
    operationId: "readHistory",
    caching: "no-store",
    tag,
    summary: "A page's hits by the second, of up to the last ten minutes",
    description: "Seconds without hits are left out.",
    params: schemas.PageParams,
    query: schemas.HistoryQuery,
    replies: {
      200: {
        description: "From the oldest; `from` tells how far back they are kept",
        schema: schemas.History,
      },
    },
    problems: [problems.storeUnavailable],
    async handle(ctx, { params: { page }, query }) {
      ctx.body = present.presentHistory(page, await counter.history(page, query.seconds));
    },
  });
}

function eventsRoute({ live, trustedHops }: CounterRoutesOptions): Route {
  return route({
    method: "GET",
    paths: ["/counter/{page}/events"],
    operationId: "followPage",
    caching: "no-store",
    tag,
    summary: "Sends every new count as server-sent events, at most four a second",
    description:
      "Events named `count`, the data of each a `CountEvent` in JSON, its `id` the count. The " +
      "first one tells the present numbers. The answer never ends: read it as a stream, such as by " +
      "`EventSource`, not by a generated call that waits for its end.",
    params: schemas.PageParams,
    replies: {
      200: {
        description: "An endless stream",
        item: schemas.CountEvent,
        example: `retry: 2000\n\nid: 4231\nevent: count\ndata: ${schemas.COUNT_EVENT}\n\n`,
      },
    },
    problems: [problems.storeUnavailable, ...Object.values(listenerProblems)],
    async handle(ctx: Context, { params: { page } }) {
      const stream = await live.listen(page, addressOf(ctx, trustedHops));
      if (typeof stream === "string") throw noStream(stream, page);
      ctx.set("content-type", "text/event-stream");
      ctx.set("x-accel-buffering", "no");
      ctx.body = stream;
    },
  });
}
