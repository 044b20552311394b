import { pageHtml } from "../../../kit/http/page/frame.ts";
import { escapeHtml } from "../../../kit/http/html.ts";
import type { ReceivedSpan } from "./otlp-json.ts";
import type { TraceReceiver } from "./trace-receiver.ts";

export const TRACES_PATH = "/local/traces";
const LISTED_TRACES = 100;

/** A span at its place in the tree, the parent above its children. */
interface Row {
  span: ReceivedSpan;
  depth: number;
}

/** The latest traces, the slowest first. */
export function createTraceList({ traces }: TraceReceiver): string {
  const rows = traces
    .slice(0, LISTED_TRACES)
    .map((spans) => ({ first: orderSpans(spans)[0]?.span, count: spans.length }))
    .filter((each): each is { first: ReceivedSpan; count: number } => each.first !== undefined)
    .toSorted((one, other) => other.first.durationMs - one.first.durationMs)
    .map(({ first, count }) => {
      const link = `<a href="${TRACES_PATH}/${escapeHtml(first.traceId)}">${escapeHtml(first.name)}</a>`;
      const took = milliseconds(first.durationMs);
      return `<tr><td>${took}<td>${link}<td>${escapeHtml(first.service)}<td>${count}</tr>`;
    });
  return pageHtml({
    title: "Traces",
    main: `<h1>The latest ${rows.length} traces, the slowest first</h1>
<table><tr><th>took<th>request<th>service<th>spans</tr>${rows.join("")}</table>`,
  });
}

/** One trace as a waterfall: what ran when, inside of what. */
export function createTracePage(traces: TraceReceiver, traceId: string): string {
  const rows = orderSpans(traces.find(traceId));
  const startMs = Math.min(...rows.map(({ span }) => span.startMs));
  const endMs = Math.max(...rows.map(({ span }) => span.startMs + span.durationMs));
  const totalMs = Math.max(endMs - startMs, 0.001);
  const lines = rows.map(({ span, depth }) => {
    const left = (100 * (span.startMs - startMs)) / totalMs;
    const width = Math.max((100 * span.durationMs) / totalMs, 0.5);
    const bar = `margin-left:${left.toFixed(2)}%;width:${width.toFixed(2)}%`;
    return (
      `<tr${span.isError ? ' style="color:#c33"' : ""}>` +
      `<td style="padding-left:${depth * 1.5}em">${escapeHtml(span.name)}` +
      `<td>${milliseconds(span.durationMs)}` +
      `<td style="width:40%"><div style="${bar};height:.7em;background:currentColor"></div>` +
      `<td>${escapeHtml(describe(span))}${span.links.map(linkTo).join("")}</tr>`
    );
  });
  const missing =
    "<p>There is no such trace. A new one arrives within two seconds: load it again. The latest " +
    "1,000 and the latest slow ones are kept, and none that its caller wants unrecorded.</p>";
  const service = escapeHtml(rows[0]?.span.service ?? "");
  const found = `<p>${service}</p><table>${lines.join("")}</table>`;
  return pageHtml({
    title: `Trace ${traceId}`,
    main: `<h1>Trace ${escapeHtml(traceId)}</h1>
${rows.length === 0 ? missing : found}
<p><a href="${TRACES_PATH}">All traces</a></p>`,
  });
}

/** Children below their parents, by time; a span whose parent is not here stands at the left. */
export function orderSpans(spans: readonly ReceivedSpan[]): readonly Row[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const byTime = spans.toSorted((one, other) => one.startMs - other.startMs);
  const below = (parent: string | undefined, depth: number): readonly Row[] =>
    byTime
      .filter(({ parentSpanId }) =>
        parent === undefined
          ? parentSpanId === undefined || !ids.has(parentSpanId)
          : parentSpanId === parent,
      )
      .flatMap((span) => [{ span, depth }, ...below(span.spanId, depth + 1)]);
  return below(undefined, 0);
}

function describe({ attributes }: ReceivedSpan): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(" ");
}

function linkTo({ traceId }: { traceId: string }): string {
  return ` <a href="${TRACES_PATH}/${escapeHtml(traceId)}">linked</a>`;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
