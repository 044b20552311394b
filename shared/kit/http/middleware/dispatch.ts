import type { Context, Middleware } from "koa";
import type { ApiKeyCheck } from "../request/api-key.ts";
import { isForm, readFormBody } from "../request/form-body.ts";
import { readJsonBody } from "../request/json-body.ts";
import type { OriginCheck } from "../request/origin.ts";
import { Problem, problems } from "../problem.ts";
import type { Cost, RateCheck } from "../limits/rate-limit.ts";
import type { Route } from "../route.ts";
import type { FindResource } from "./resources.ts";
import { nameSuccessor } from "./successor.ts";
import { validate } from "../request/validate.ts";

export interface RequestChecks {
  checkRate: RateCheck;
  checkApiKey: ApiKeyCheck;
  checkOrigin: OriginCheck;
}

/**
 * Sends each request to its route: rate, origin, key, schemas, handler.
 *
 * The path is taken as it came, case-sensitive and not normalised, as the load balancer takes it.
 *
 * @throws Problem 404 for an unknown path, 405 with `Allow` for an unknown method, 400 for input
 *   that the route's schemas refuse, and what the checks throw
 */
export function dispatch(find: FindResource, checks: RequestChecks): Middleware {
  return async function dispatch(ctx) {
    const { path } = ctx;
    const resource = find(path);
    const endpoint = resource?.endpoints.get(ctx.method);
    checks.checkRate(ctx, costOf(ctx.method, endpoint?.route));
    if (resource === undefined || endpoint === undefined) {
      answerUnmatched(ctx, [...(resource?.endpoints.keys() ?? [])]);
      return;
    }
    const { route, pattern, successor } = endpoint;
    (ctx.state as { pattern: string }).pattern = pattern;
    checkSender(ctx, route, checks);
    if (route.caching !== undefined) ctx.res.setHeader("cache-control", route.caching);
    const { layer } = resource;
    const captured = layer.params(path, layer.captures(path));
    nameSuccessor(ctx, successor, captured);
    const params = route.params && validate(route.params, captured, "path");
    const query = route.query && validate(route.query, ctx.query, "query");
    const body = route.body && validate(route.body, await readBody(ctx, route), "body");
    await route.handle(ctx, { params, query, body });
  };
}

function costOf(method: string, route: Route | undefined): Cost {
  if (route?.expensive === true) return "expensive";
  return method === "GET" || method === "HEAD" || method === "OPTIONS" ? "reads" : "writes";
}

function checkSender(ctx: Context, route: Route, checks: RequestChecks): void {
  if (route.namedOriginsOnly === true) checks.checkOrigin(ctx, route);
  if (route.apiKey === true) checks.checkApiKey(ctx);
}

function readBody(ctx: Context, route: Route): Promise<unknown> {
  const comesAsForm = route.acceptsForm === true && isForm(ctx.req);
  return comesAsForm ? readFormBody(ctx.req) : readJsonBody(ctx, route);
}

/** Pattern of the route that took the request, `none` where no route did. */
export function matchedPattern(ctx: Context): string {
  return (ctx.state as { pattern?: string }).pattern ?? "none";
}

function answerUnmatched(ctx: Context, allowed: readonly string[]): void {
  if (allowed.length === 0) {
    throw new Problem(problems.notFound, { detail: `There is nothing at ${ctx.path}.` });
  }
  ctx.set("allow", [...allowed].sort().join(", "));
  if (ctx.method !== "OPTIONS") {
    throw new Problem(problems.methodNotAllowed, {
      detail: `${ctx.path} answers ${allowed.join(", ")}, not ${ctx.method}.`,
    });
  }
  ctx.status = 204;
}
