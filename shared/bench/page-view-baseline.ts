/**
 * What the page-view source document describes: each request increments the running second's key and
 * fetches a key for each second of the last minute, 61 with the running one.
 */
import Router from "@koa/router";
import Koa from "koa";
import { createClient } from "redis";

const KEPT_SECONDS = 600;
const WINDOW_SECONDS = 60;

const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
await redis.connect();

const router = new Router();
router.get("/readyz", (ctx) => {
  ctx.body = { status: "ready" };
});
router.all("/views/:page", async (ctx) => {
  const page = ctx.params["page"] ?? "";
  const now = Math.floor(Date.now() / 1_000);
  const keyOf = (second: number) => `views:${page}:${second}`;
  await redis.multi().incr(keyOf(now)).expire(keyOf(now), KEPT_SECONDS).exec();
  const seconds = Array.from({ length: WINDOW_SECONDS + 1 }, (_, back) => now - back);
  const views = await Promise.all(seconds.map((second) => redis.get(keyOf(second))));
  const lastMinute = views.reduce((sum, count) => sum + Number(count ?? 0), 0);
  ctx.body = { page, last_minute: lastMinute };
});
new Koa().use(router.routes()).listen(Number(process.env.PORT));
