/**
 * What the page-view source document describes, with the Redis commands that its library sends: each
 * request increments a key for each of seven granularities, from the total down to the second, five
 * of them by a script that lets them expire; and then fetches the keys of the last minute's seconds,
 * 61 with the running one.
 */
import Router from "@koa/router";
import Koa from "koa";
import { createClient } from "redis";

const KEPT_SECONDS = 600;
const WINDOW_SECONDS = 60;
const INCREMENT = `
local count = redis.call("INCRBY", KEYS[1], 1)
if count == 1 then redis.call("EXPIRE", KEYS[1], ARGV[1]) end
return count`;
/** How much of `20261121100000` names a month, a day, an hour, a minute and a second. */
const EXPIRING = [6, 8, 10, 12, 14];

const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
await redis.connect();

const stampOf = (epochMs: number) => new Date(epochMs).toISOString().replaceAll(/\D/g, "");

async function increment(page: string, epochMs: number): Promise<void> {
  const stamp = stampOf(epochMs);
  const commands = redis
    .multi()
    .incr(page)
    .incr(`${page}:${stamp.slice(0, 4)}`);
  for (const length of EXPIRING) {
    const keys = [`${page}:${stamp.slice(0, length)}`];
    commands.eval(INCREMENT, { keys, arguments: [String(KEPT_SECONDS)] });
  }
  await commands.exec();
}

const router = new Router();
router.get("/readyz", (ctx) => {
  ctx.body = { status: "ready" };
});
router.all("/views/:page", async (ctx) => {
  const page = ctx.params["page"] ?? "";
  const nowMs = Date.now();
  await increment(page, nowMs);
  const seconds = Array.from({ length: WINDOW_SECONDS + 1 }, (_, back) => nowMs - back * 1_000);
  const keys = seconds.map((second) => `${page}:${stampOf(second).slice(0, 14)}`);
  const views = await Promise.all(keys.map((key) => redis.get(key)));
  const lastMinute = views.reduce((sum, count) => sum + Number(count ?? 0), 0);
  ctx.body = { page, last_minute: lastMinute };
});
new Koa().use(router.routes()).listen(Number(process.env.PORT));
