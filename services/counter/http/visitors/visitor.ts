import { hash } from "node:crypto";
import type { Context } from "koa";
import { networkOf } from "../../../../shared/kit/http/limits/network.ts";
import { invalidInput } from "../../../../shared/kit/http/problem.ts";
import {
  clientAddressOf,
  peerAddressOf,
} from "../../../../shared/kit/http/request/client-address.ts";
import type { Visitor } from "../../counter.ts";
import { hitKind } from "./hit-kind.ts";

/**
 * Who opens a page, or undefined when this opening never counts.
 *
 * @param trustedHops proxies in front; with none, and without the header, the peer is the client
 * @throws Problem 400 when the header names no client
 */
export function visitorOf(ctx: Context, trustedHops: number): Visitor | undefined {
  const { method, headers } = ctx.req;
  const address = addressOf(ctx, trustedHops);
  const kind = hitKind({ method: method ?? "", headers });
  if (kind === "look") return undefined;
  return { address, userAgent: headers["user-agent"] ?? "", isBot: kind === "bot" };
}

/** @throws Problem 400 when the header names no client */
export function addressOf({ req }: Context, trustedHops: number): string {
  return clientAddressOf(req, trustedHops) ?? peerAddressOf(req) ?? "";
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** How the API describes the header; `means` says what the same key gets, and for how long. */
export function describeIdempotencyKey(means: string): Record<string, string> {
  return {
    "idempotency-key": `A text of the client's choice, 1 to 255 visible characters, such as a UUID. ${means}`,
  };
}

/**
 * The key of a request that may be sent again; undefined without one.
 *
 * @throws Problem 400 where it is malformed or comes twice
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function idempotencyKeyOf(ctx: Context): string | undefined {
  const { "idempotency-key": key } = ctx.req.headers;
  if (key === undefined) return undefined;
  if (typeof key === "string" && IDEMPOTENCY_KEY.test(key)) return key;
  const message = "expected 1 to 255 visible ASCII characters";
  throw invalidInput("headers", [{ path: "idempotency-key", message }]);
}

/** Keys that two callers choose alike are two: a caller without a token is an address, or a /64. */
export function keyOfCaller(key: string, address: string): string {
  return hash("sha256", `${networkOf(address)} ${key}`).slice(0, 24);
}
