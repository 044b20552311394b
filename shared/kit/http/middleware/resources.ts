import Router, { type Layer } from "@koa/router";
import { type Route, successorOf } from "../route.ts";

/** A route, under the one of its paths that the request took. */
export interface Endpoint {
  route: Route;
  pattern: string;
  successor: string | undefined;
}

/** All that answers below one pattern, by method. */
export interface Resource {
  layer: Layer;
  endpoints: Map<string, Endpoint>;
}

/** The resource at a path, taken as it came; undefined where there is none. */
export type FindResource = (path: string) => Resource | undefined;

/**
 * Finds a path's resource: a fixed path before one with parameters, so `/counter/status` is no page
 * and has none of a page's methods.
 *
 * Of the router only the patterns are used: its middleware composes a chain for each request, for
 * routes that are one function each.
 */
export function createFinder(routes: readonly Route[]): FindResource {
  const resources = collectResources(routes);
  const fixed = new Map(resources.filter(([pattern]) => !pattern.includes("{")));
  const withParameters = resources
    .filter(([pattern]) => pattern.includes("{"))
    .sort(([a], [b]) => a.split("{").length - b.split("{").length)
    .map(([, resource]) => resource);
  return (path) => fixed.get(path) ?? withParameters.find(({ layer }) => layer.match(path));
}

function collectResources(routes: readonly Route[]): [string, Resource][] {
  const router = new Router({ sensitive: true, strict: true });
  const resources = new Map<string, Resource>();
  for (const route of routes) {
    for (const pattern of route.paths) {
      const path = pattern.replaceAll(/\{(\w+)\}/g, ":$1");
      const resource = resources.get(pattern) ?? {
        layer: router.register(path, [], () => undefined) as Layer,
        endpoints: new Map<string, Endpoint>(),
      };
      resources.set(pattern, resource);
      const endpoint = { route, pattern, successor: successorOf(route, pattern) };
      resource.endpoints.set(route.method, endpoint);
      if (route.method === "GET") resource.endpoints.set("HEAD", endpoint);
    }
  }
  return [...resources];
}
