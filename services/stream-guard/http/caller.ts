import type { Context } from "koa";
import { networkOf } from "../../../shared/kit/http/limits/network.ts";
import {
  canonicalAddress,
  clientAddressOf,
  InvalidClientAddress,
} from "../../../shared/kit/http/request/client-address.ts";
import { invalidInput } from "../../../shared/kit/http/problem.ts";
import { invalidViewerToken } from "./problems.ts";
import type { ViewerTokens } from "./viewer-tokens.ts";

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
  /** By which viewers say who they are; undefined where an address or that header tells. */
  viewerTokens?: ViewerTokens | undefined;
}

/** Who asks: the streams are counted by its name. */
export interface Caller {
  /** `user:<name>` or `address:<address>`, so that no user is ever taken for an address. */
  name: string;
  /** Streams that it may have; undefined for as many as any caller. */
  limit?: number | undefined;
}

/**
 * @throws Problem 400 when the header is missing or empty: never a key that many share; 401
 *   where viewers have tokens, and this one has none that is accepted
 */
export async function callerOf(ctx: Context, settings: CallerSettings): Promise<Caller> {
  const { trustedHops, userHeader, viewerTokens } = settings;
  if (viewerTokens !== undefined) return viewerIn(ctx, viewerTokens);
  try {
    if (userHeader !== undefined) return { name: nameOfUser(userIn(ctx, userHeader)) };
    return { name: `address:${networkOf(addressOf(ctx, trustedHops))}` };
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
export function callerNamed(name: string, settings: CallerSettings): string {
  const { userHeader, viewerTokens } = settings;
  const knowsUsers = userHeader !== undefined || viewerTokens !== undefined;
  return knowsUsers ? nameOfUser(name) : `address:${networkOf(canonicalAddress(name))}`;
}

function nameOfUser(user: string): string {
  if (!USER.test(user)) throw new NobodyNamed("expected 1 to 256 printable characters");
  return `user:${user}`;
}

async function viewerIn(ctx: Context, tokens: ViewerTokens): Promise<Caller> {
  const { subject, limit } = await tokens.viewerOf(ctx.get("authorization"));
  try {
    return { name: nameOfUser(subject), limit };
  } catch (error) {
    if (!(error instanceof NobodyNamed)) throw error;
    throw invalidViewerToken(`The claim \`sub\` of the token: ${error.message}.`);
  }
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
