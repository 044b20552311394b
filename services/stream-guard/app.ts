import type Koa from "koa";
import { createServiceApp, type ServiceContext } from "../../shared/kit/http/service-app.ts";
import { createRoutes, type RoutesOptions } from "./http/routes.ts";

const about = {
  service: "stream-guard",
  title: "Stream-guard",
  description:
    "Lets each caller watch a limited number of video streams at the same time. A player starts " +
    "a stream, sends heartbeats while it plays or pauses, and ends it; one that vanishes gives " +
    "its slot back by itself.",
} as const;

export function createApp({
  context,
  ...routes
}: RoutesOptions & { context: ServiceContext }): Koa {
  return createServiceApp(about, createRoutes(routes), context);
}
