import type { Context } from "koa";
import { z } from "zod";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import { badgeStyles, colourNames, parseColour, renderBadge } from "../page/badge/badge.ts";
import { countScript } from "../page/page-script.ts";
import { look, open, openProblems, type OpeningOptions, whoCounts } from "./openings.ts";
import { PageParams } from "./schemas.ts";

const tag = "embedding";

/** One transparent pixel. */
const PIXEL = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

/**
 * How a badge looks. An image cannot show a problem: what cannot be read is left at its default, and
 * what is not known (somebody's `?v=2`) is left out.
 */
const BadgeQuery = z.object({
  label: z
    .string()
    .min(1)
    .transform((text) => Array.from(text).slice(0, 64).join(""))
    .catch("views")
    .meta({
      ...{ type: "string", default: "views" },
      description: "What stands left of the number; cut after 64 characters.",
    }),
  color: z
    .unknown()
    .optional()
    .transform(parseColour)
    .meta({
      ...{ type: "string", default: "c2410c" },
      description: `Of the number's ground: 3 or 6 hexadecimal digits, or one of ${colourNames.join(", ")}.`,
    }),
  style: z
    .enum(badgeStyles)
    .catch("flat")
    .meta({ type: "string", enum: [...badgeStyles], default: "flat", description: "Its shape." }),
  count: z
    .unknown()
    .optional()
    .transform((text) => text !== "false")
    .meta({
      ...{ type: "boolean", default: true },
      description: "False: draws the number without counting.",
    }),
});

/** What other sites put into their pages: a badge, a pixel, a script. */
export function embedRoutes(options: OpeningOptions): Route[] {
  return [badgeRoute(options), pixelRoute(options), scriptRoute()];
}

function badgeRoute(options: OpeningOptions): Route {
  return route({
    method: "GET",
    paths: ["/counter/{page}/badge.svg"],
    operationId: "drawBadge",
    caching: "no-store",
    tag,
    summary: "Counts a hit, and draws its number",
    description:
      "For an image in a page, whose address can be all there is: so this `GET` counts, unless " +
      `\`count=false\`. What cannot be read of the parameters is left at its default. ${whoCounts}`,
    params: PageParams,
    query: BadgeQuery,
    replies: { 200: { description: "A badge", type: "image/svg+xml" } },
    problems: openProblems,
    async handle(ctx, { params: { page }, query }) {
      const answer = query.count ? open : look;
      const { number } = await answer(ctx, { page }, options);
      send(ctx, "image/svg+xml", renderBadge({ ...query, count: number }));
    },
  });
}

function pixelRoute(options: OpeningOptions): Route {
  return route({
    method: "GET",
    paths: ["/counter/{page}/hit.gif"],
    operationId: "countByPixel",
    caching: "no-store",
    tag,
    summary: "Counts a hit, and answers with a transparent pixel",
    description: `For pages that run no script: there a \`GET\` is the only way to count. ${whoCounts}`,
    params: PageParams,
    replies: { 200: { description: "A transparent pixel", type: "image/gif" } },
    problems: openProblems,
    async handle(ctx, { params: { page } }) {
      await open(ctx, { page }, options);
      send(ctx, "image/gif", PIXEL);
    },
  });
}

function scriptRoute(): Route {
  return route({
    method: "GET",
    paths: ["/counter/count.js"],
    operationId: "getCountScript",
    caching: "public, max-age=3600",
    tag,
    summary: "A script for other sites: counts the page that it is in, and shows the number",
    description:
      "`data-page` of its element names the counter; without it the site's host and path do. The " +
      "number is put into every element with that name, or none, in `data-views`.",
    replies: { 200: { description: "JavaScript, below 1 KB", type: "text/javascript" } },
    handle(ctx) {
      send(ctx, "text/javascript", countScript);
    },
  });
}

/** Answers so that a page may show it that isolates itself from other origins. */
function send(ctx: Context, type: string, body: string | Buffer): void {
  ctx.set("cross-origin-resource-policy", "cross-origin");
  ctx.type = type;
  ctx.body = body;
}
