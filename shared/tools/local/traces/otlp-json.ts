/** One span, as the viewer and the tests read it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Undefined where the trace begins. */
  parentSpanId: string | undefined;
  name: string;
  kind: "internal" | "server" | "client";
  service: string;
  /** Milliseconds since the epoch. */
  startMs: number;
  durationMs: number;
  attributes: Readonly<Record<string, unknown>>;
  links: readonly { traceId: string; spanId: string }[];
  isError: boolean;
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: KeyValue[];
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number };
}

interface OtlpRequest {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] };
    scopeSpans?: { spans?: OtlpSpan[] }[];
  }[];
}

const kinds: Readonly<Record<number, ReceivedSpan["kind"]>> = { 2: "server", 3: "client" };
const ERROR_STATUS = 2;

/**
 * The spans of an export request in OTLP's JSON.
 *
 * @throws SyntaxError when it is no JSON
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function readSpans(text: string): readonly ReceivedSpan[] {
  const { resourceSpans = [] } = JSON.parse(text) as OtlpRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const service = String(readAttributes(resource?.attributes)["service.name"]);
    const spans = scopeSpans.flatMap(({ spans: each = [] }) => each);
    return spans.map((span) => readSpan(span, service));
  });
}

function readSpan(span: OtlpSpan, service: string): ReceivedSpan {
  const { traceId, spanId, parentSpanId, name, links = [] } = span;
  const startMs = Number(span.startTimeUnixNano) / 1e6;
  return {
    ...{ traceId, spanId, name, service, startMs },
    parentSpanId: parentSpanId === "" ? undefined : parentSpanId,
    kind: kinds[span.kind] ?? "internal",
    durationMs: Number(span.endTimeUnixNano) / 1e6 - startMs,
    attributes: readAttributes(span.attributes),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    isError: span.status?.code === ERROR_STATUS,
  };
}

function readAttributes(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
