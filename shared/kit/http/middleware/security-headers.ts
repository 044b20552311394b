import type { Middleware } from "koa";
import { schemeOf } from "../request/scheme.ts";

const HTTPS_ONLY = "max-age=31536000";

/** No answer may be taken for another type than it says; who came by HTTPS comes by it again. */
export function securityHeaders(): Middleware {
  return function securityHeaders({ req, res }, next) {
    res.setHeader("x-content-type-options", "nosniff");
    if (schemeOf(req) === "https") res.setHeader("strict-transport-security", HTTPS_ONLY);
    return next();
  };
}
