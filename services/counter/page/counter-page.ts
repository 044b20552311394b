import { escapeHtml } from "../../../shared/http/html.ts";
import { layOutChart, type SecondCount } from "./chart.ts";
import { renderChart } from "./chart-svg.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { renderSnippets } from "./snippets.ts";

/** What the page shows; times are RFC 3339, UTC. */
export interface PageView {
  page: string;
  count: number;
  /** Views in the whole seconds from `windowFrom` to `windowTo`. */
  lastMinute: number;
  windowFrom: string;
  windowTo: string;
  /** The instance that answers. */
  instance: string;
  /** The last 600 s. */
  history: readonly SecondCount[];
}

export interface PageOptions {
  /** Nonce of the page's own script. */
  scriptNonce: string;
  /**
   * Scheme, host and port that the snippets name until the script puts in what the browser sees.
   * Default: `https://example.com`.
   */
  origin?: string;
}

/** The page of one counter. Its numbers and its chart are in the HTML; the script keeps them live. */
export function renderPage(view: PageView, options: PageOptions): string {
  const { scriptNonce, origin = "https://example.com" } = options;
  const page = escapeHtml(view.page);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${number(view.count)} · Views of ${page}</title>
<link rel="icon" href="${ICON}">
<style>${pageStyle}</style>
</head>
<body data-page="${page}" data-origin="${escapeHtml(origin)}">
<header>
<p class="name">${SYMBOL} Page counter</p>
<p id="state" role="status" data-state="still">As of ${timeOf(view.windowTo)}</p>
</header>
<main>
${renderNumbers(view)}
${renderSnippets({ page: view.page, count: view.count, origin })}
</main>
<footer>
<a href="/counter/docs">API documentation</a>
<a href="/counter/${page}">This count as JSON</a>
</footer>
<p id="announcement" class="unseen" aria-live="polite"></p>
<script type="module" nonce="${escapeHtml(scriptNonce)}">${pageScript}</script>
</body>
</html>
`;
}

function renderNumbers(view: PageView): string {
  const { page, count, lastMinute, windowFrom, windowTo, instance, history } = view;
  const chart = layOutChart(history, windowTo);
  const total = number(count);
  return `<section aria-labelledby="count-heading">
<h1 id="count-heading">Views of <b>${escapeHtml(page)}</b></h1>
<p class="count"><span id="count" style="--characters:${total.length}">${total}</span></p>
<dl>
<div><dt class="minute">Last minute</dt><dd id="last-minute" title="From ${timeOf(windowFrom)} to ${timeOf(windowTo)}">${number(lastMinute)}</dd></div>
<div><dt class="older">Last 10 minutes</dt><dd id="total">${number(chart.total)}</dd></div>
<div><dt>Answered by</dt><dd id="instance" class="instance">${escapeHtml(instance)}</dd></div>
</dl>
</section>
<section aria-label="Views in the last 10 minutes">
${renderChart(chart)}
</section>`;
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}

/** `2026-11-21T12:34:56Z` as `12:34:56 UTC`. */
function timeOf(time: string): string {
  return `${new Date(time).toISOString().slice(11, 19)} UTC`;
}

const BARS = `<path d="M2 9h3v5H2zM6.5 5h3v9h-3zM11 1h3v13h-3z"/>`;

const SYMBOL = `<svg class="symbol" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${BARS}</svg>`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="#c2410c">${BARS}</svg>`,
)}`;
