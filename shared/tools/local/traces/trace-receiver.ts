import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type ReceivedSpan, readSpans } from "./otlp-json.ts";

/** What is kept: the latest traces, and of each the first spans. */
const KEPT_TRACES = 1_000;
const KEPT_SPANS = 500;

/** Takes traces as a collector does, on the loopback interface, and keeps the latest in memory. */
export class TraceReceiver implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #traces: Map<string, ReceivedSpan[]>;

  static async start(): Promise<TraceReceiver> {
    const traces = new Map<string, ReceivedSpan[]>();
    const server = createServer((request, response) => {
      void receive({ request, response }, (span) => keep(traces, span));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new TraceReceiver(server, traces);
  }

  private constructor(server: Server, traces: Map<string, ReceivedSpan[]>) {
    this.#server = server;
    this.#traces = traces;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The spans of a trace as they came; none where it is unknown, not here yet, or forgotten. */
  find(traceId: string): readonly ReceivedSpan[] {
    return this.#traces.get(traceId) ?? [];
  }

  /** The latest first. */
  get traces(): readonly (readonly ReceivedSpan[])[] {
    return [...this.#traces.values()].reverse();
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

function keep(traces: Map<string, ReceivedSpan[]>, span: ReceivedSpan): void {
  const spans = traces.get(span.traceId) ?? [];
  traces.set(span.traceId, spans);
  if (spans.length < KEPT_SPANS) spans.push(span);
  const [oldest] = traces.keys();
  if (traces.size > KEPT_TRACES && oldest !== undefined) traces.delete(oldest);
}
