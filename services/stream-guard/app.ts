import type Koa from "koa";
import { createServiceApp, type ServiceContext } from "../../shared/kit/http/service-app.ts";
import { createRoutes, type RoutesOptions } from "./http/routes.ts";

const about = {
  service: "stream-guard",
  title: "Stream-guard",
  description:
    "Lets each caller watch a limited number of video streams at the same time. A player starts " +
    "a stream, sends heartbeats while it plays or pauses, and ends it; one that vanishes gives " +
    "its slot back by itself. The caller is the client's address as the load balancer sees it, or " +
    "the user that a trusted layer in front names.",
  version: "2.1.0",
  tags: {
    streams: "The caller's own streams.",
    operators: "The streams of any caller, for those who have an API key.",
  },
} as const;

export function createApp({
  context,
  ...routes
}: RoutesOptions & { context: ServiceContext }): Koa {
  return createServiceApp(about, createRoutes(routes), context);
}
