import type { Context } from "koa";
import {
  clientAddress,
  InvalidClientAddress,
} from "../../../shared/kit/http/request/client-address.ts";
import { invalidInput } from "../../../shared/kit/http/problem.ts";
import type { Visitor } from "../counter.ts";
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
export function addressOf(ctx: Context, trustedHops: number): string {
  const { headers, socket } = ctx.req;
  const peer = socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  if (trustedHops === 0) return peer;
  try {
    return clientAddress(headers["x-forwarded-for"]?.toString(), trustedHops) ?? peer;
  } catch (error) {
    if (!(error instanceof InvalidClientAddress)) throw error;
    throw invalidInput("headers", [{ path: "x-forwarded-for", message: error.message }]);
  }
}
