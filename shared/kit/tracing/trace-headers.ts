import type { IncomingHttpHeaders } from "node:http";

/** A trace that began before this process. */
export interface RemoteTrace {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** The span that called, and whether it is recorded; undefined where only the trace is named. */
  parent: { spanId: string; isSampled: boolean } | undefined;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(?:-|$)/;
const ROOT = /(?:^|;)Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/;
const PARENT = /(?:^|;)Parent=([0-9a-f]{16})(?:;|$)/;
const INVALID = /^(?:ff-|..-0{32}|..-.{32}-0{16})/;

/**
 * The trace that a request belongs to: by `traceparent`, else by `x-amzn-trace-id`, to which the load
 * balancer adds a root where there is none. What is malformed is as good as absent.
 *
 * @see https://www.w3.org/TR/trace-context/
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function readTraceHeaders(headers: IncomingHttpHeaders): RemoteTrace | undefined {
  return readTraceparent(headers.traceparent) ?? readAmazon(headers["x-amzn-trace-id"]);
}

function readTraceparent(header: string | string[] | undefined): RemoteTrace | undefined {
  if (typeof header !== "string" || INVALID.test(header)) return undefined;
  const [, traceId, spanId, flags = "0"] = TRACEPARENT.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, parent: { spanId, isSampled: (parseInt(flags, 16) & 1) === 1 } };
}

function readAmazon(header: string | string[] | undefined): RemoteTrace | undefined {
  if (typeof header !== "string") return undefined;
  const [, seconds, random] = ROOT.exec(header) ?? [];
  if (seconds === undefined || random === undefined) return undefined;
  const [, spanId] = PARENT.exec(header) ?? [];
  const isSampled = header.includes("Sampled=1");
  return {
    traceId: seconds + random,
    // Without a decision the caller leaves it to us.
    parent: spanId !== undefined && /Sampled=[01]/.test(header) ? { spanId, isSampled } : undefined,
  };
}
