import type { Registry } from "prom-client";
import { z } from "zod";
import { container } from "../../contract.ts";
import type { Lifecycle } from "../process/lifecycle.ts";
import { type Route, route } from "./route.ts";

const SELF_CHECK_TIMEOUT_MS = 2_000;

/** How to ask each store whether it answers; a rejection says why it does not. */
export type Readiness = Record<string, () => Promise<unknown>>;

export interface OperationsOptions {
  service: string;
  instance: string;
  lifecycle: Lifecycle;
  metrics: Registry;
  readiness: Readiness;
}

/** What operators and platforms ask of a container; the load balancer routes none of it. */
export function operationRoutes(options: OperationsOptions): Route[] {
  return [
    healthRoute(options),
    readinessRoute(options),
    metricsRoute(options),
    statusRoute("/status", options),
  ];
}

function healthRoute({ lifecycle }: OperationsOptions): Route {
  return route({
    method: "GET",
    paths: [container.healthPath],
    operationId: "getHealth",
    summary: "Tells whether this process is alive; touches no store",
    replies: { 200: { description: "Alive" }, 503: { description: "Draining" } },
    handle(ctx) {
      ctx.status = lifecycle.draining ? 503 : 200;
      ctx.body = { status: lifecycle.draining ? "draining" : "ok" };
    },
  });
}

function readinessRoute({ readiness }: OperationsOptions): Route {
  return route({
    method: "GET",
    paths: [container.readyPath],
    operationId: "getReadiness",
    summary: "Tells whether every store answers, and which does not",
    replies: { 200: { description: "Ready" }, 503: { description: "A store is away" } },
    async handle(ctx) {
      const checks = Object.entries(readiness).map(async ([store, ask]) => {
        const answer = await ask().then(
          () => "ok",
          (error: unknown) => (error instanceof Error ? error.message : "no answer"),
        );
        return [store, answer] as const;
      });
      const stores = Object.fromEntries(await Promise.all(checks));
      const isReady = Object.values(stores).every((answer) => answer === "ok");
      ctx.status = isReady ? 200 : 503;
      ctx.body = { status: isReady ? "ready" : "not ready", stores };
    },
  });
}

function metricsRoute({ metrics }: OperationsOptions): Route {
  return route({
    method: "GET",
    paths: [container.metricsPath],
    operationId: "getMetrics",
    summary: "Metrics in Prometheus' text format",
    replies: { 200: { description: "Metrics", type: "text/plain" } },
    async handle(ctx) {
      ctx.set("content-type", metrics.contentType);
      ctx.body = await metrics.metrics();
    },
  });
}

const Status = z
  .object({
    status: z.enum(["Healthy", "Unhealthy"]),
    service: z.string(),
    instance: z.string().describe("The process that answered."),
  })
  .meta({ id: "Status" });

/** The service's word on itself; also public, below the service's prefix. */
export function statusRoute(path: string, { service, instance }: OperationsOptions): Route {
  const example = { status: "Healthy", service, instance: "8f3b2c1d9e5a4076" };
  return route({
    method: "GET",
    paths: [path],
    operationId: "getStatus",
    tag: "operation",
    caching: "no-store",
    summary: "Tells whether the service answers its own request over HTTP",
    description:
      "It says nothing about the stores: `/readyz` does, which only the network inside reaches.",
    replies: {
      200: { description: "The service answers itself", schema: Status, example },
      503: {
        description: "The service does not answer itself in time",
        schema: Status,
        example: { ...example, status: "Unhealthy" },
      },
    },
    async handle(ctx) {
      const healthy = await answersItself(ctx.req.socket.localPort);
      ctx.status = healthy ? 200 : 503;
      ctx.body = { status: healthy ? "Healthy" : "Unhealthy", service, instance };
    },
  });
}

async function answersItself(port: number | undefined): Promise<boolean> {
  try {
    const answer = await fetch(
      `http://localhost:${port ?? container.port}${container.healthPath}`,
      {
        signal: AbortSignal.timeout(SELF_CHECK_TIMEOUT_MS),
      },
    );
    return answer.ok;
  } catch {
    return false;
  }
}
