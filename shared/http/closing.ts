import type { Middleware } from "koa";
import type { Lifecycle } from "../lifecycle.ts";

/** While the process drains, every answer asks its connection to be opened elsewhere. */
export function closing(lifecycle: Lifecycle): Middleware {
  return async function closing(ctx, next) {
    await next();
    // Asked last, so that a request that came before the signal closes its connection as well.
    if (lifecycle.draining && !ctx.headerSent) ctx.res.setHeader("connection", "close");
  };
}
