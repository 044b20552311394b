import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers that speak of one connection only, and are never passed on (RFC 9110, 7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "upgrade", "expect"],
  ...["proxy-authenticate", "proxy-authorization"],
]);

/** Headers that say where a message ends, whom it is for and who sent it: no client may drop them. */
const kept = [
  "content-length",
  "transfer-encoding",
  "host",
  "x-forwarded-for",
  "x-forwarded-proto",
];

/**
 * The first of those that the `connection` header names. To honour it would make an instance read
 * the request's body as a request of its own, or take its sender for somebody else.
 */
export function droppedFraming(headers: IncomingHttpHeaders): string | undefined {
  const named = namedByConnection(headers);
  return kept.find((name) => named.includes(name));
}

export interface Hop {
  /** Address of the peer that connected to the gateway. */
  peerAddress: string;
  /** Port on which the gateway listens. */
  port: number;
  /** For the trace header, such as `1-67891233-abcdef012345678912345678`. */
  traceId: string;
}

/**
 * The headers of a request as a load balancer passes them on: the peer's address is appended to
 * `x-forwarded-for`, whatever the client wrote there before, so only the last entry can be trusted.
 */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  { peerAddress, port, traceId }: Hop,
): OutgoingHttpHeaders {
  const before = headers["x-forwarded-for"];
  return {
    ...withoutHopByHop(headers),
    "x-forwarded-for": before === undefined ? peerAddress : `${String(before)}, ${peerAddress}`,
    "x-forwarded-proto": "http",
    "x-forwarded-port": String(port),
    "x-amzn-trace-id": traceHeader(headers["x-amzn-trace-id"], traceId),
  };
}

/** A new trace id in the form of AWS X-Ray: version, seconds, and 12 random bytes. */
export function createTraceId(nowMs: number, random: Buffer): string {
  return `1-${Math.floor(nowMs / 1_000).toString(16)}-${random.toString("hex")}`;
}

/** The headers without those that speak of one connection only. */
export function withoutHopByHop(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = namedByConnection(headers);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.includes(name)),
  );
}

function namedByConnection({ connection = "" }: IncomingHttpHeaders): readonly string[] {
  return connection.split(",").map((name) => name.trim().toLowerCase());
}

/** A trace that begins here gets a root; one that comes in keeps its root and gets our own part. */
function traceHeader(incoming: string | string[] | undefined, traceId: string): string {
  if (incoming === undefined) return `Root=${traceId}`;
  const kept = String(incoming)
    .split(";")
    .filter((part) => !part.startsWith("Self="));
  return [`Self=${traceId}`, ...kept].join(";");
}
