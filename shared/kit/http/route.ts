import type { Context } from "koa";
import type { z } from "zod";
import type { ProblemKind } from "./problem.ts";

/** What a request brought, checked and converted by the route's schemas. */
export interface RouteInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
}

/** One kind of good answer. */
export interface Reply {
  description: string;
  /** Shape of a JSON answer. */
  schema?: z.ZodType;
  /** Media type of any other answer. */
  type?: string;
  /** Such an answer, or the beginning of an endless one. Of JSON by default that of the schema. */
  example?: unknown;
  /** True where browsers get an HTML page in place of the JSON. */
  page?: boolean;
  /** Of an endless stream of server-sent events: the JSON in the data of each. */
  item?: z.ZodType;
  /** Headers worth knowing, with what they tell. */
  headers?: Record<string, string>;
}

/**
 * One operation of a service: it validates requests, and it is the API description.
 *
 * Body schemas are strict objects, so that an unknown field is refused by name.
 */
export interface RouteSpec<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
> {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /**
   * Paths with `{name}` parameters; all of them answer alike. The first one is the operation's; the
   * others are deprecated, and name the first one in `Link`.
   */
  paths: readonly [string, ...string[]];
  operationId: string;
  /** One of the service's tags. */
  tag?: string;
  summary: string;
  description?: string;
  /** Path that replaces all of the route's own, which are deprecated then. */
  successor?: string;
  params?: P;
  query?: Q;
  /** Must accept undefined when the body may be left out. */
  body?: B;
  /** Headers the route reads, with what they do. */
  requestHeaders?: Record<string, string>;
  /** True when the route asks for an API key, where keys are set. */
  apiKey?: boolean;
  /** True when pages of other origins may not send it, unless `CORS_ORIGINS` allows them. */
  namedOriginsOnly?: boolean;
  /** True for a write that pages of any origin may send as they read, where `CORS_ORIGINS` has `*`. */
  anyOrigin?: boolean;
  /** True when the body may also come as a form; its fields are texts then. */
  acceptsForm?: boolean;
  /** True when it costs much more than others of its method, and is limited as such. */
  expensive?: boolean;
  /** Whether the route asks for the token of a user: always, or where the deployment does. */
  userToken?: "always" | "where asked for";
  /** True when `content-type: application/json` is demanded although the body may be left out. */
  demandsJson?: boolean;
  /** `cache-control` of its replies; that of a problem is always `no-store`. */
  caching?: "no-store" | "no-cache" | "public, max-age=3600";
  replies: Record<number, Reply>;
  /** Failures that are this route's own, beside those that any route has. */
  problems?: readonly ProblemKind[];
  handle(ctx: Context, input: RouteInput<P, Q, B>): void | Promise<void>;
}

export type Route = RouteSpec;

/** What replaces the route under one of its paths; undefined where it is not deprecated. */
export function successorOf({ paths, successor }: Route, path: string): string | undefined {
  return successor ?? (path === paths[0] ? undefined : paths[0]);
}

/** Declares a route; gives its handler the types of its schemas. */
export function route<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(spec: RouteSpec<P, Q, B>): Route {
  return spec;
}
