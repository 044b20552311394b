import { problems } from "../../../shared/kit/http/problem.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import type { Counter } from "../counter.ts";
import type { DayHistory, Days } from "../days/days.ts";
import { type Totals, viewsOf } from "../estimates.ts";
import { presentDays } from "./presenter.ts";
import * as schemas from "./schemas.ts";

export interface DayRouteOptions {
  counter: Counter;
  days: Days;
  totals: Pick<Totals, "find">;
}

export function dayRoute(options: DayRouteOptions): Route {
  return route({
    method: "GET",
    paths: ["/counter/{page}/days"],
    operationId: "readDays",
    caching: "no-store",
    tag: "pages",
    summary: "A page's hits by the day, in UTC, of up to the last two years",
    description:
      "Days without hits are left out. Setting a count is no hit of the day. Hits of the last ten " +
      "seconds of a day may be in the next one. An answer repeats what was read for five seconds.",
    params: schemas.PageParams,
    query: schemas.DaysQuery,
    replies: { 200: { description: "From the oldest", schema: schemas.DayList } },
    problems: [problems.storeUnavailable],
    async handle(ctx, { params: { page }, query }) {
      ctx.body = presentDays(page, await readDays(options, page, query.last));
    },
  });
}

/** The days of a page; the moves of its count are in the ledger alone. */
export function readDays(
  { counter, days, totals }: DayRouteOptions,
  page: string,
  last: number,
): Promise<DayHistory> {
  return days.history(page, last, async () => {
    const [{ count }, total] = await Promise.all([counter.read(page), totals.find(page)]);
    return viewsOf({ ...total, count });
  });
}
