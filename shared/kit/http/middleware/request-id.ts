import { randomUUID } from "node:crypto";
import type { Context, Middleware } from "koa";

const HEADER = "x-request-id";
/** What a caller may bring; anything else could forge a line of the log, or fill it. */
const ACCEPTABLE = /^[\w.:-]{1,128}$/;

/**
 * Gives each request an id, the caller's own where it is well-formed, and answers with it.
 *
 * An id of ours is the process's random part and a running number: unique, and in order.
 */
export function requestId(): Middleware {
  const prefix = randomUUID();
  let count = 0;
  return function requestId(ctx, next) {
    const given = ctx.req.headers[HEADER];
    count += 1;
    const id = typeof given === "string" && ACCEPTABLE.test(given) ? given : `${prefix}-${count}`;
    (ctx.state as { requestId: string }).requestId = id;
    ctx.res.setHeader(HEADER, id);
    return next();
  };
}

export function requestIdOf(ctx: Context): string {
  return (ctx.state as { requestId: string }).requestId;
}
