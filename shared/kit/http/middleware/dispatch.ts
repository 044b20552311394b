import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import type { ApiKeyCheck } from "../request/api-key.ts";
import { readJsonBody } from "../request/json-body.ts";
import { Problem, problems } from "../problem.ts";
import type { Route } from "../route.ts";
import { validate } from "../request/validate.ts";

/** How many recent requests' matches are remembered: a few hot paths make up most of the load. */
const REMEMBERED_MATCHES = 1_000;

/** A route that answers a path, with the path's parameters checked. */
interface Match {
  route: Route;
  pattern: string;
  params: unknown;
}

/**
 * Sends each request to its route: key, schemas, handler.
 *
 * The router's own middleware is not used: it composes a new chain for each request, for routes
 * that are one function each. Its matching is, and it is remembered.
 *
 * @throws Problem 404 for an unknown path, 405 with `Allow` for an unknown method, 400 for input
 *   that the route's schemas refuse
 */
export function dispatch(routes: readonly Route[], checkApiKey: ApiKeyCheck): Middleware {
  const match = rememberMatches(createMatcher(routes));
  return async function dispatch(ctx) {
    const found = match(ctx.method, ctx.path);
    if ("allowed" in found) {
      answerUnmatched(ctx, found.allowed);
      return;
    }
    const { route, pattern, params } = found;
    (ctx.state as { pattern: string }).pattern = pattern;
    if (route.apiKey === true) checkApiKey(ctx);
    const query = route.query && validate(route.query, ctx.query, "query");
    const body = route.body && validate(route.body, await readJsonBody(ctx), "body");
    await route.handle(ctx, { params, query, body });
  };
}

/** Pattern of the route that took the request, `none` where no route did. */
export function matchedPattern(ctx: Context): string {
  return (ctx.state as { pattern?: string }).pattern ?? "none";
}

type Find = (method: string, path: string) => Match | { allowed: readonly string[] };

function createMatcher(routes: readonly Route[]): Find {
  const router = new Router();
  const byLayer = new Map<unknown, { route: Route; pattern: string }>();
  for (const { route, pattern } of mostSpecificFirst(routes)) {
    const path = pattern.replaceAll(/\{(\w+)\}/g, ":$1");
    byLayer.set(
      router.register(path, [route.method], () => undefined),
      { route, pattern },
    );
  }
  return function find(method, path) {
    const { path: layers, pathAndMethod } = router.match(path, method);
    const layer = pathAndMethod[0];
    const registered = byLayer.get(layer);
    if (layer === undefined || registered === undefined) {
      return { allowed: [...new Set(layers.flatMap((each) => each.methods))].sort() };
    }
    const { route, pattern } = registered;
    const given = layer.params(path, layer.captures(path));
    return { route, pattern, params: route.params && validate(route.params, given, "path") };
  };
}

/** A fixed path wins over one with a parameter: `/counter/status` is no page. */
function mostSpecificFirst(routes: readonly Route[]) {
  const parameters = (pattern: string) => pattern.split("{").length;
  return routes
    .flatMap((route) => route.paths.map((pattern) => ({ route, pattern })))
    .sort((a, b) => parameters(a.pattern) - parameters(b.pattern));
}

/** A match depends on method and path alone; a request that fails is not remembered. */
function rememberMatches(find: Find): Find {
  const remembered = new Map<string, Match>();
  return function match(method, path) {
    const key = `${method} ${path}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const found = find(method, path);
    if ("allowed" in found) return found;
    if (remembered.size >= REMEMBERED_MATCHES) remembered.clear();
    remembered.set(key, found);
    return found;
  };
}

function answerUnmatched(ctx: Context, allowed: readonly string[]): void {
  if (allowed.length === 0) {
    throw new Problem(problems.notFound, { detail: `There is nothing at ${ctx.path}.` });
  }
  ctx.set("allow", allowed.join(", "));
  if (ctx.method !== "OPTIONS") {
    throw new Problem(problems.methodNotAllowed, {
      detail: `${ctx.path} answers ${allowed.join(", ")}, not ${ctx.method}.`,
    });
  }
  ctx.status = 204;
}
