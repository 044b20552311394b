import type { Context } from "koa";
import { sendHtml } from "../../../shared/kit/http/html.ts";
import { problems } from "../../../shared/kit/http/problem.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import { sendJson } from "../../../shared/kit/http/send-json.ts";
import { type Counted, HOME_PAGE } from "../counter.ts";
import type { Estimates } from "../estimates.ts";
import { renderPage } from "../page/counter-page.ts";
import type { TopPages } from "../top/top-pages.ts";
import type { HitRoutesOptions } from "./hit-routes.ts";
import { open, openProblems, whoCounts } from "./openings.ts";
import { type DayRouteOptions, readDays } from "./day-route.ts";
import * as present from "./presenter.ts";
import { PageCount, PageParams, ReadQuery, Tally } from "./schemas.ts";

export interface PageRoutesOptions extends HitRoutesOptions, Omit<DayRouteOptions, "counter"> {
  estimates: Estimates;
  top: TopPages;
  /** A secret of one answer, in base64. */
  newNonce: () => string;
}

const tag = "pages";
const SHOWN_DAYS = 30;

/** The routes that answer browsers with a page, and others with JSON. */
export function pageRoutes(options: PageRoutesOptions): Route[] {
  return [homeRoute(options), readRoute(options)];
}

function homeRoute(options: PageRoutesOptions): Route {
  const presentHit = present.createHitPresenter(options.instance);
  return route({
    method: "GET",
    paths: ["/"],
    operationId: "openHome",
    caching: "no-store",
    summary: `Counts this opening of the page \`${HOME_PAGE}\`; browsers get it as a page`,
    tag,
    description: whoCounts,
    replies: { 200: { description: "Counted", schema: Tally, page: true } },
    problems: openProblems,
    async handle(ctx) {
      const counted = await open(ctx, { page: HOME_PAGE }, options);
      if (wantsPage(ctx)) await sendPage(ctx, options, { page: HOME_PAGE, counted });
      else sendJson(ctx, 200, presentHit(HOME_PAGE, counted));
    },
  });
}

function readRoute(options: PageRoutesOptions): Route {
  const { counter, estimates, instance } = options;
  return route({
    method: "GET",
    paths: ["/counter/{page}"],
    operationId: "readPage",
    caching: "no-store",
    tag,
    summary: "Reads a page's count without counting; browsers get it as a page",
    description:
      "A page that nobody has opened has the count 0, and is not made. With `Accept: text/html` " +
      "before JSON, as browsers send it, the answer is a page; with `estimate` it is always JSON.",
    params: PageParams,
    query: ReadQuery,
    replies: {
      200: {
        description: "The count; an estimate where one was asked for",
        schema: PageCount,
        page: true,
      },
    },
    problems: [problems.storeUnavailable],
    async handle(ctx, { params: { page }, query }) {
      if (query.estimate === undefined && wantsPage(ctx)) await sendPage(ctx, options, { page });
      else {
        ctx.body =
          query.estimate === true
            ? present.presentEstimate({ page, ...(await estimates.find(page)) })
            : present.presentReading(page, await counter.read(page), instance);
      }
    },
  });
}

/** Browsers name HTML before anything; who accepts all alike is a program. */
function wantsPage(ctx: Context): boolean {
  ctx.vary("accept");
  return ctx.accepts("json", "html") === "html";
}

interface Shown {
  page: string;
  /** This opening, where it was counted: the page must then show it in any case. */
  counted?: Counted;
}

async function sendPage(ctx: Context, options: PageRoutesOptions, shown: Shown): Promise<void> {
  const scriptNonce = options.newNonce();
  const [snapshot, top, days] = await Promise.all([
    readSnapshot(options, shown),
    // The page is about its own numbers: it does without the list, and without the days.
    options.top.list().catch(() => []),
    readDays(options, shown.page, SHOWN_DAYS).catch(() => undefined),
  ]);
  const view = { ...snapshot, ...shown, top, days, instance: options.instance };
  const origin = `${ctx.protocol}://${ctx.host}`;
  await sendHtml(ctx, renderPage(view, { scriptNonce, origin }), { scriptNonce });
}

async function readSnapshot({ counter }: PageRoutesOptions, { page, counted }: Shown) {
  try {
    return await counter.snapshot(page);
  } catch (error) {
    if (counted === undefined) throw error;
    // The store failed only now: there are no more numbers than those of the hit.
    const { number, tally } = counted;
    return { ...tally, count: number, bots: undefined, visitorsToday: undefined, spans: [] };
  }
}
