import type { Context } from "koa";
import {
  canonicalAddress,
  clientAddress,
  InvalidClientAddress,
} from "../../../shared/kit/http/request/client-address.ts";
import { invalidInput, type Problem } from "../../../shared/kit/http/problem.ts";

const ADDRESS_HEADER = "x-forwarded-for";
/** Names in printable ASCII: what any layer in front can send without encoding. */
const USER = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;

export interface CallerSettings {
  /** Proxies in front that append to `x-forwarded-for`; with 0 the peer is the caller. */
  trustedHops: number;
  /** Header by which a trusted layer in front names the user, in lower case. */
  userHeader: string | undefined;
}

/**
 * Who asks: the streams are counted by this.
 *
 * @returns `user:<name>` or `address:<address>`, so that no user is ever taken for an address
 * @throws Problem 400 when the header is missing or names nobody: never a key that many share
 */
export function callerOf(ctx: Context, { trustedHops, userHeader }: CallerSettings): string {
  if (userHeader !== undefined) return `user:${userOf(ctx, userHeader)}`;
  try {
    return `address:${networkOf(addressOf(ctx, trustedHops))}`;
  } catch (error) {
    if (!(error instanceof InvalidClientAddress)) throw error;
    throw invalidHeader(ADDRESS_HEADER, error.message);
  }
}

function userOf(ctx: Context, header: string): string {
  const user = ctx.get(header);
  if (USER.test(user)) return user;
  throw invalidHeader(
    header,
    user === "" ? "required: the name of the user" : "expected 1 to 256 printable characters",
  );
}

function addressOf(ctx: Context, trustedHops: number): string {
  if (trustedHops === 0) return canonicalAddress(ctx.req.socket.remoteAddress ?? "");
  const address = clientAddress(ctx.req.headers[ADDRESS_HEADER]?.toString(), trustedHops);
  if (address === undefined) {
    throw invalidHeader(ADDRESS_HEADER, "required: the address of the client");
  }
  return address;
}

/**
 * The smallest network that one subscriber is sure to have alone: an IPv4 address, or the /64 of
 * an IPv6 one. Within its /64 a device picks new addresses as it likes, and with each it would
 * get new streams, or lose those it has.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8981
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`;
}

function invalidHeader(path: string, message: string): Problem {
  return invalidInput("headers", [{ path, message }]);
}
