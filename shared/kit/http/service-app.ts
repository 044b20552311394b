import Koa from "koa";
import type { Registry } from "prom-client";
import type { Lifecycle } from "../process/lifecycle.ts";
import type { Log } from "../process/log.ts";
import { createApiKeyCheck } from "./request/api-key.ts";
import { closing } from "./middleware/closing.ts";
import { crossOrigin } from "./middleware/cross-origin.ts";
import { dispatch } from "./middleware/dispatch.ts";
import type { ServiceDescription } from "./docs/openapi.ts";
import { docsRoutes } from "./docs/routes.ts";
import { type AccessLogOptions, observeRequests } from "./middleware/observe-requests.ts";
import { addStoreGauge } from "./metrics.ts";
import { operationRoutes, type Readiness, statusRoute } from "./operations.ts";
import { isHangUp, problemResponse } from "./middleware/problem-response.ts";
import { createFinder } from "./middleware/resources.ts";
import { requestId } from "./middleware/request-id.ts";
import { requests } from "../tracing/channels.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { traceRequests } from "./middleware/trace-requests.ts";
import { createRateCheck, type RateLimitOptions } from "./limits/rate-limit.ts";
import { createOriginCheck } from "./request/origin.ts";
import type { Route } from "./route.ts";

/** What the operator of a service may set about its HTTP. */
export interface HttpSettings extends AccessLogOptions, Omit<RateLimitOptions, "now"> {
  /** Origins whose pages may call everything; `*` opens what is public to any origin. */
  corsOrigins: readonly string[];
  /** Keys that may write; none leaves the writes open. */
  apiKeys: readonly string[];
}

/** What every service's app is given beside its own domain. */
export interface ServiceContext {
  http: HttpSettings;
  instance: string;
  lifecycle: Lifecycle;
  log: Log;
  metrics: Registry;
  readiness: Readiness;
}

/**
 * A service's Koa app: the same way in and out for all of them.
 *
 * A request passes from top to bottom; whatever a route throws becomes an answer just above it, so
 * that log and metrics see what the caller sees.
 */
export function createServiceApp(
  about: ServiceDescription,
  ownRoutes: readonly Route[],
  context: ServiceContext,
): Koa {
  const { http, lifecycle, log, metrics } = context;
  const { service } = about;
  addStoreGauge(metrics, context.readiness);
  const described = [...ownRoutes, statusRoute(`/${service}/status`, { service, ...context })];
  const routes = [
    ...described,
    ...docsRoutes(about, described),
    ...operationRoutes({ service, ...context }),
  ];
  const app = new Koa();
  app.on("error", (error: Error) => {
    if (!isHangUp(error)) log.error({ err: error }, "answer failed");
  });
  app.use(requestId());
  // Whoever traces has begun before: without traces a request does not pass here at all.
  if (requests.hasSubscribers) app.use(traceRequests());
  app.use(observeRequests({ ...http, log, metrics }));
  app.use(closing(lifecycle));
  app.use(securityHeaders());
  const find = createFinder(routes);
  app.use(crossOrigin(http.corsOrigins, find));
  app.use(problemResponse(log, service));
  const checkRate = createRateCheck({ ...http, now: () => performance.now() });
  const checkApiKey = createApiKeyCheck(http.apiKeys);
  const checkOrigin = createOriginCheck(http.corsOrigins);
  app.use(dispatch(find, { checkRate, checkApiKey, checkOrigin }));
  return app;
}
