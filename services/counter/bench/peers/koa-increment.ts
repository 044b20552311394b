/** What one would write with Koa: each hit is one INCR, and the answer its result. */
import Router from "@koa/router";
import Koa from "koa";
import { createClient } from "redis";

const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
await redis.connect();

const router = new Router();
router.get("/readyz", (ctx) => {
  ctx.body = { status: "ready" };
});
router.post("/views/:page", async (ctx) => {
  const page = ctx.params["page"] ?? "";
  ctx.body = { page, count: await redis.incr(`koa:${page}`) };
});
new Koa().use(router.routes()).listen(Number(process.env.PORT));
