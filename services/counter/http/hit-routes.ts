import { type Route, route } from "../../../shared/kit/http/route.ts";
import { sendJson } from "../../../shared/kit/http/send-json.ts";
import { open, openProblems, type OpeningOptions, whoCounts } from "./openings.ts";
import { createHitPresenter } from "./presenter.ts";
import { keyReusedKind } from "./problems.ts";
import { describeIdempotencyKey, idempotencyKeyOf } from "./visitors/visitor.ts";
import { PageParams, Tally } from "./schemas.ts";

export interface HitRoutesOptions extends OpeningOptions {
  instance: string;
}

/** The route that counts for programs. */
export function hitRoute(options: HitRoutesOptions): Route {
  const presentHit = createHitPresenter(options.instance);
  return route({
    method: "POST",
    paths: ["/counter/{page}/hits"],
    operationId: "countHit",
    anyOrigin: true,
    caching: "no-store",
    tag: "pages",
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
}
