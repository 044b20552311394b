import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import type { ApiKeyCheck } from "./api-key.ts";
import { readJsonBody } from "./json-body.ts";
import { Problem, problems } from "./problem.ts";
import type { Route } from "./route.ts";
import { validate } from "./validate.ts";

/**
 * Sends each request to its route: key, schemas, handler.
 *
 * @throws Problem 404 for an unknown path, 405 with `Allow` for an unknown method
 */
export function dispatch(routes: readonly Route[], checkApiKey: ApiKeyCheck): Middleware {
  const router = new Router();
  for (const { route, path } of mostSpecificFirst(routes)) {
    const routerPath = path.replaceAll(/\{(\w+)\}/g, ":$1");
    router.register(routerPath, [route.method], createHandler({ route, path, checkApiKey }));
  }
  const find = router.routes() as unknown as Middleware;
  return function dispatch(ctx, next) {
    return find(ctx, () => answerUnmatched(ctx, next)) as Promise<unknown>;
  };
}

/** Pattern of the route that took the request, `none` where no route did. */
export function matchedPattern(ctx: Context): string {
  return (ctx.state as { pattern?: string }).pattern ?? "none";
}

/** A fixed path wins over one with a parameter: `/counter/status` is no page. */
function mostSpecificFirst(routes: readonly Route[]) {
  const parameters = (path: string) => path.split("{").length;
  return routes
    .flatMap((route) => route.paths.map((path) => ({ route, path })))
    .sort((a, b) => parameters(a.path) - parameters(b.path));
}

interface HandlerOptions {
  route: Route;
  path: string;
  checkApiKey: ApiKeyCheck;
}

function createHandler({ route, path, checkApiKey }: HandlerOptions) {
  return async function handle(ctx: Context): Promise<void> {
    (ctx.state as { pattern: string }).pattern = path;
    if (route.apiKey === true) checkApiKey(ctx);
    const params = route.params && validate(route.params, ctx["params"], "path");
    const query = route.query && validate(route.query, ctx.query, "query");
    const body = route.body && validate(route.body, await readJsonBody(ctx), "body");
    await route.handle(ctx, { params, query, body });
  };
}

async function answerUnmatched(ctx: Context, next: () => Promise<unknown>): Promise<void> {
  await next();
  const allowed = allowedMethods(ctx);
  if (allowed.length === 0) {
    throw new Problem(problems.notFound, { detail: `There is nothing at ${ctx.path}.` });
  }
  ctx.set("allow", allowed.join(", "));
  if (ctx.method === "OPTIONS") {
    ctx.status = 204;
    return;
  }
  throw new Problem(problems.methodNotAllowed, {
    detail: `${ctx.path} answers ${allowed.join(", ")}, not ${ctx.method}.`,
  });
}

function allowedMethods(ctx: Context): string[] {
  const layers = (ctx as unknown as { matched?: { methods: string[] }[] }).matched ?? [];
  return [...new Set(layers.flatMap((layer) => layer.methods))].sort();
}
