import type { IncomingMessage } from "node:http";
import { isIPv4, isIPv6 } from "node:net";
import { invalidInput } from "../problem.ts";
import { quote } from "./quote.ts";

const HEADER = "x-forwarded-for";

/** Why an `x-forwarded-for` header names no client. */
export class InvalidClientAddress extends Error {
  override readonly name = "InvalidClientAddress";
}

/**
 * Address of a request's client, by the one header that tells it.
 *
 * @param trustedHops proxies in front that append to the header; with 0 the peer is the client
 * @returns undefined where there should be a header and is none
 * @throws Problem 400 when the header names no client
 */
export function clientAddressOf(request: IncomingMessage, trustedHops: number): string | undefined {
  if (trustedHops === 0) return peerAddressOf(request);
  try {
    return clientAddress(request.headers[HEADER]?.toString(), trustedHops);
  } catch (error) {
    if (!(error instanceof InvalidClientAddress)) throw error;
    throw invalidInput("headers", [{ path: HEADER, message: error.message }]);
  }
}

/** Address of the other end of the connection; undefined once it is closed. */
export function peerAddressOf({ socket }: IncomingMessage): string | undefined {
  const { remoteAddress } = socket;
  return remoteAddress === undefined ? undefined : canonicalAddress(remoteAddress);
}

/**
 * The client's address as the nearest trusted proxy saw it.
 *
 * A load balancer appends the address it saw, so only the last `trustedHops` entries of the header
 * are known to be true; anything to the left of them is the client's own claim.
 *
 * @param header `x-forwarded-for`, several lines joined by commas; undefined when absent
 * @param trustedHops how many proxies in front append to the header, at least 1
 * @returns the canonical address, without port or brackets; IPv4 where it was mapped into IPv6;
 *   undefined when the header is absent
 * @throws InvalidClientAddress when the entry is missing or is no address of a client
 */
export function clientAddress(header: string | undefined, trustedHops: number): string | undefined {
  if (header === undefined) return undefined;
  const entries = header.split(",");
  const entry = entries.at(-trustedHops)?.trim();
  if (entries.length < trustedHops || entry === undefined) {
    throw new InvalidClientAddress(
      `expected at least ${trustedHops} addresses, one from each trusted proxy, ` +
        `received ${entries.length}`,
    );
  }
  return canonicalAddress(entry);
}

/** @throws InvalidClientAddress when the text is no address, or the unspecified one */
export function canonicalAddress(text: string): string {
  const host = withoutPort(text);
  const address = isIPv6(host) ? canonicalIPv6(host) : host;
  if (!isIPv4(address) && !isIPv6(address)) {
    throw new InvalidClientAddress(`expected an IPv4 or IPv6 address, received ${quote(text)}`);
  }
  if (address === "0.0.0.0" || address === "::") {
    throw new InvalidClientAddress(`expected the address of a client, received ${quote(text)}`);
  }
  return address;
}

/** `1.2.3.4:5678` and `[v6]:5678` come from load balancers that keep the client's port. */
function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text);
  if (bracketed?.[1] !== undefined) return bracketed[1];
  const ported = /^([\d.]+):\d{1,5}$/.exec(text);
  return ported?.[1] ?? text;
}

function canonicalIPv6(address: string): string {
  const withoutZone = address.replace(/%.*$/, "");
  const canonical = new URL(`http://[${withoutZone}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(canonical);
  if (mapped?.[1] === undefined || mapped[2] === undefined) return canonical;
  const bits = (Number.parseInt(mapped[1], 16) << 16) | Number.parseInt(mapped[2], 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
}
