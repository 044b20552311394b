import type { Context } from "koa";
import { networkOf } from "../network.ts";
import {
  canonicalAddress,
  clientAddressOf,
  InvalidClientAddress,
} from "../../../shared/kit/http/request/client-address.ts";
import { invalidInput } from "../../../shared/kit/http/problem.ts";

const ADDRESS_HEADER = "x-forwarded-for";
/** Names in printable ASCII: what any layer in front can send without encoding. */
const USER = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;

/** Why a text or a header names no caller. */
export class NobodyNamed extends Error {
  override readonly name = "NobodyNamed";
}

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
 * @throws Problem 400 when the header is missing or empty: never a key that many share
 */
export function callerOf(ctx: Context, settings: CallerSettings): string {
  const { trustedHops, userHeader } = settings;
  try {
    if (userHeader !== undefined) return callerNamed(userIn(ctx, userHeader), settings);
    return `address:${networkOf(addressOf(ctx, trustedHops))}`;
  } catch (error) {
    if (!(error instanceof NobodyNamed || error instanceof InvalidClientAddress)) throw error;
    throw invalidInput("headers", [{ path: userHeader ?? ADDRESS_HEADER, message: error.message }]);
  }
}

/**
 * The caller that an operator names: by a user's name, where the deployment knows users, else by
 * an address.
 *
 * @throws NobodyNamed, InvalidClientAddress
 */
export function callerNamed(name: string, { userHeader }: CallerSettings): string {
  if (userHeader === undefined) return `address:${networkOf(canonicalAddress(name))}`;
  if (!USER.test(name)) throw new NobodyNamed("expected 1 to 256 printable characters");
  return `user:${name}`;
}

function userIn(ctx: Context, header: string): string {
  // Node joins lines by commas, which a name may hold as well.
  const lines = ctx.req.headersDistinct[header] ?? [];
  const [user = ""] = lines;
  if (user === "") throw new NobodyNamed("required: the name of the user");
  if (lines.length > 1) throw new NobodyNamed(`expected one user, got ${lines.length} lines`);
  return user;
}

function addressOf(ctx: Context, trustedHops: number): string {
  const address = clientAddressOf(ctx.req, trustedHops);
  if (address === undefined) throw new NobodyNamed("required: the address of the client");
  return address;
}
