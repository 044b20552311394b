import type { Middleware } from "koa";
import type { Lifecycle } from "../../process/lifecycle.ts";

/** While the process drains, every answer asks its connection to be opened elsewhere. */
export function closing(lifecycle: Lifecycle): Middleware {
  return function closing(ctx, next) {
    if (lifecycle.draining) ctx.res.setHeader("connection", "close");
    return next();
  };
}
