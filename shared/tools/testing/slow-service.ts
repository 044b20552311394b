/** A service for the tests of `serve`: answers late, and tells how it stops. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { createServiceApp } from "../../kit/http/service-app.ts";
import { route } from "../../kit/http/route.ts";
import { createLog } from "../../kit/process/log.ts";
import { serve } from "../../kit/process/serve.ts";
import { testContext } from "./start-app.ts";

const context = testContext({
  log: createLog({ level: "info", service: "slow", instance: "slow" }),
});
const slow = route({
  method: "GET",
  paths: ["/slow"],
  operationId: "getSlow",
  summary: "Answers after a while",
  replies: { 200: { description: "At last" } },
  async handle(ctx) {
    context.log.info("slow request came");
    await delay(Number(process.env.SLOW_MS));
    ctx.body = { done: true };
  },
});
const take = route({
  method: "POST",
  paths: ["/take"],
  operationId: "take",
  summary: "Takes a body",
  body: z.unknown(),
  replies: { 200: { description: "It came in full" } },
  handle(ctx, { body }) {
    ctx.body = { body };
  },
});
const about = {
  service: "catalog",
  title: "Slow",
  description: "For a test.",
  version: "1.0.0",
} as const;

await serve({
  app: createServiceApp(about, [slow, take], context),
  port: Number(process.env.PORT),
  drainMs: Number(process.env.DRAIN_MS),
  onStop: {
    flush() {
      if (process.env.FLUSH === "fails") throw new Error("no");
      context.log.info("flushed");
    },
    close: () => context.log.info("closed"),
  },
  requestTimeoutMs: Number(process.env.REQUEST_TIMEOUT_MS),
  ...context,
});
