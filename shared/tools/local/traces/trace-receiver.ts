import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type ReceivedSpan, readSpans } from "./otlp-json.ts";

/** What is kept: the latest traces, besides them the latest slow ones, and of each the first spans. */
const KEPT_TRACES = 1_000;
const KEPT_SLOW_TRACES = 200;
/** The default of the services, above which they log a request as slow. */
const SLOW_MS = 500;
const KEPT_SPANS = 500;

/** By their ids, the oldest first. */
type Traces = Map<string, ReceivedSpan[]>;

interface KeptTraces {
  latest: Traces;
  slow: Traces;
}

/** Takes traces as a collector does, on the loopback interface, and keeps the latest in memory. */
export class TraceReceiver implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #kept: KeptTraces;

  static async start(): Promise<TraceReceiver> {
    const kept: KeptTraces = { latest: new Map(), slow: new Map() };
    const server = createServer((request, response) => {
      void receive({ request, response }, (span) => keep(kept, span));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new TraceReceiver(server, kept);
  }

  private constructor(server: Server, kept: KeptTraces) {
    this.#server = server;
    this.#kept = kept;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The spans of a trace as they came; none where it is unknown, not here yet, or forgotten. */
  find(traceId: string): readonly ReceivedSpan[] {
    return this.#kept.latest.get(traceId) ?? this.#kept.slow.get(traceId) ?? [];
  }

  /** The latest first. */
  get traces(): readonly (readonly ReceivedSpan[])[] {
    return [...this.#kept.slow.values(), ...this.#kept.latest.values()].reverse();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function receive(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  take: (span: ReceivedSpan) => void,
): Promise<void> {
  const isExport = request.method === "POST" && request.url === "/v1/traces";
  try {
    const spans = isExport ? readSpans(await text(request)) : [];
    spans.forEach(take);
    response.writeHead(isExport ? 200 : 404, { "content-type": "application/json" }).end("{}");
  } catch {
    response.writeHead(400).end();
  }
}

/** The log has links to slow requests, so the fast ones must not push them out. */
function keep({ latest, slow }: KeptTraces, span: ReceivedSpan): void {
  const spans = latest.get(span.traceId) ?? slow.get(span.traceId) ?? [];
  if (spans.length < KEPT_SPANS) spans.push(span);
  if (slow.has(span.traceId)) return;
  latest.set(span.traceId, spans);
  if (latest.size <= KEPT_TRACES) return;
  const [id, oldest] = takeOldest(latest);
  if (oldest.some(isSlowRequest)) slow.set(id, oldest);
  if (slow.size > KEPT_SLOW_TRACES) takeOldest(slow);
}

function isSlowRequest({ kind, durationMs }: ReceivedSpan): boolean {
  return kind === "server" && durationMs > SLOW_MS;
}

function takeOldest(traces: Traces): [string, ReceivedSpan[]] {
  const [oldest = ["", []]] = traces;
  traces.delete(oldest[0]);
  return oldest;
}
