import type { Context } from "koa";
import { clientAddressOf, peerAddressOf } from "../../../shared/kit/http/request/client-address.ts";
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
export function addressOf({ req }: Context, trustedHops: number): string {
  return clientAddressOf(req, trustedHops) ?? peerAddressOf(req) ?? "";
}
