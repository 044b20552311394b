import type { Context } from "koa";
import { z } from "zod";
import { sendHtml } from "../../../shared/kit/http/html.ts";
import { problems } from "../../../shared/kit/http/problem.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import { sendJson } from "../../../shared/kit/http/send-json.ts";
import {
  CountExhausted,
  type Counted,
  type Counter,
  HISTORY_SECONDS,
  HOME_PAGE,
  KeyReused,
  type Opening,
} from "../counter.ts";
import { describeIdempotencyKey, idempotencyKeyOf, keyOfCaller, visitorOf } from "./visitor.ts";
import { renderBadge } from "../page/badge.ts";
import { renderPage } from "../page/counter-page.ts";
import type { NewPages } from "./new-pages.ts";
import { createHitPresenter, presentHistory, windowOf } from "./presenter.ts";
import {
  countExhausted,
  hitProblems,
  keyReused,
  keyReusedKind,
  tooManyNewPages,
} from "./problems.ts";
import { PageParams, Tally } from "./schemas.ts";

export interface HitRoutesOptions {
  counter: Counter;
  newPages: NewPages;
  instance: string;
  /** Proxies in front that append to `x-forwarded-for`. */
  trustedHops: number;
  /** A secret of one answer, in base64. */
  newNonce: () => string;
}

const tag = "pages";
const whoCounts =
  "Known bots, by their `user-agent`, are counted apart; what a browser fetches ahead is not counted.";

/** A wrong `x-forwarded-for` is invalid input. */
const openProblems = [problems.invalid, problems.storeUnavailable, ...Object.values(hitProblems)];

/** The routes that count. */
export function hitRoutes(options: HitRoutesOptions): Route[] {
  const presentHit = createHitPresenter(options.instance);

  const postHit = route({
    method: "POST",
    paths: ["/counter/{page}/hits"],
    operationId: "countHit",
    anyOrigin: true,
    caching: "no-store",
    tag,
    summary: "Counts a hit, and tells its number",
    description: `The first hit makes the page. ${whoCounts}`,
    params: PageParams,
    requestHeaders: describeIdempotencyKey(
      "A hit that is sent again with the same key, from the same address, counts once and gets the " +
        "same number: for 10 minutes, and without Redis for 10 s and among the page's last 40.",
    ),
    replies: {
      201: { description: "Counted; `count` is this hit's own number", schema: Tally },
      200: { description: "Seen, but no hit; `count` is the page's", schema: Tally },
    },
    problems: [...openProblems, keyReusedKind],
    async handle(ctx, { params: { page } }) {
      const counted = await open(ctx, { page, key: idempotencyKeyOf(ctx) }, options);
      sendJson(ctx, counted.isHit ? 201 : 200, presentHit(page, counted));
    },
  });

  const getHome = route({
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
      ctx.vary("accept");
      if (ctx.accepts("json", "html") === "html") await sendPage(ctx, counted, options);
      else sendJson(ctx, 200, presentHit(HOME_PAGE, counted));
    },
  });

  return [postHit, getHome, badgeRoute(options)];
}

function badgeRoute(options: HitRoutesOptions): Route {
  return route({
    method: "GET",
    paths: ["/counter/{page}/badge.svg"],
    operationId: "drawBadge",
    caching: "no-store",
    tag,
    summary: "Counts a hit, and draws its number",
    description: `For an image in a page. ${whoCounts}`,
    params: PageParams,
    query: z.strictObject({
      label: z.string().min(1).max(64).default("views").describe("What stands left of the number."),
    }),
    replies: { 200: { description: "A badge", type: "image/svg+xml" } },
    problems: openProblems,
    async handle(ctx, { params: { page }, query }) {
      const { number } = await open(ctx, { page }, options);
      ctx.type = "image/svg+xml";
      ctx.body = renderBadge({ label: query.label, count: number });
    },
  });
}

/** What a request opens; the key is the client's, of a hit that may be sent again. */
interface Asked {
  page: string;
  key?: string | undefined;
}

/** Counts this opening; one that never counts is answered with the count as it is. */
async function open(ctx: Context, asked: Asked, options: HitRoutesOptions): Promise<Counted> {
  const { page, key } = asked;
  const visitor = visitorOf(ctx, options.trustedHops);
  if (visitor !== undefined) {
    const once = key === undefined ? undefined : keyOfCaller(key, visitor.address);
    return count(page, once === undefined ? visitor : { ...visitor, key: once }, options);
  }
  const tally = await options.counter.read(page);
  return { number: tally.count, isHit: false, tally };
}

async function count(page: string, opening: Opening, options: HitRoutesOptions): Promise<Counted> {
  const { counter, newPages } = options;
  const seconds = await newPages.secondsUntilAllowed(page, opening.address);
  if (seconds !== undefined) throw tooManyNewPages(page, seconds);
  try {
    return await counter.hit(page, opening);
  } catch (error) {
    if (error instanceof KeyReused) throw keyReused("stands for a hit of another page");
    throw error instanceof CountExhausted ? countExhausted(page) : error;
  }
}

async function sendPage(ctx: Context, counted: Counted, options: HitRoutesOptions): Promise<void> {
  const { number, tally } = counted;
  const { counter, instance, newNonce } = options;
  // The hit is counted: a store that fails only now must not refuse the page that shows it.
  const history = await counter.history(HOME_PAGE, HISTORY_SECONDS).catch(() => undefined);
  const { to: windowTo } = windowOf(tally);
  const scriptNonce = newNonce();
  const view = {
    page: HOME_PAGE,
    count: number,
    lastMinute: tally.lastMinute,
    windowTo,
    instance,
    history: history === undefined ? [] : presentHistory(HOME_PAGE, history).seconds,
  };
  const origin = `${ctx.protocol}://${ctx.host}`;
  await sendHtml(ctx, renderPage(view, { scriptNonce, origin }), { scriptNonce });
}
