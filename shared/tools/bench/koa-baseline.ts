/** The yardstick: bare Koa and its router, answering one constant object as JSON. */
import Router from "@koa/router";
import Koa from "koa";

const constant = {
  page: "home",
  count: 123_456,
  last_minute: 42,
  window: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:01:00Z" },
  instance: "bench",
};

const router = new Router();
router.get("/readyz", (ctx) => {
  ctx.body = { status: "ready" };
});
router.all("/constant/:id", (ctx) => {
  ctx.body = constant;
});
new Koa().use(router.routes()).listen(Number(process.env.PORT));
