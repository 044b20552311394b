import { escapeHtml } from "../../../shared/kit/http/html.ts";
import { layOutChart, type SecondCount } from "./chart.ts";
import { renderChart } from "./chart-svg.ts";
import { renderNumbers } from "./numbers.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { renderSnippets } from "./snippets.ts";

/** What the page shows, by the store's clock; times are RFC 3339, UTC. */
export interface PageView {
  page: string;
  count: number;
  /** Views in the 60 whole seconds that end with `windowTo`. */
  lastMinute: number;
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
   * Scheme, host and port that the snippets name. The script puts in what the browser sees instead:
   * behind a load balancer that may be another scheme.
   */
  origin: string;
}

/** The page of one counter. Numbers and chart are in the HTML; the script keeps them live. */
export function renderPage(view: PageView, { scriptNonce, origin }: PageOptions): string {
  const page = escapeHtml(view.page);
  const chart = layOutChart(view.history, view.windowTo);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${view.count.toLocaleString("en-US")} · Views of ${page}</title>
<link rel="icon" href="${ICON}">
<style>${pageStyle}</style>
</head>
<body data-page="${page}" data-origin="${escapeHtml(origin)}">
<header>
<p class="name">${SYMBOL} Page counter</p>
<p id="state" role="status">As of ${timeOf(view.windowTo)}</p>
</header>
<main>
${renderNumbers({ ...view, total: chart.total })}
<section aria-label="Views in the last 10 minutes">
${renderChart(chart)}
</section>
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

/** `2026-11-21T12:34:56Z` as `12:34:56 UTC`. */
function timeOf(time: string): string {
  return `${new Date(time).toISOString().slice(11, 19)} UTC`;
}

const SYMBOL_BARS = `<path d="M2 9h3v5H2zM6.5 5h3v9h-3zM11 1h3v13h-3z"/>`;

const SYMBOL = `<svg viewBox="0 0 16 16" width="16" aria-hidden="true">${SYMBOL_BARS}</svg>`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="#c2410c">${SYMBOL_BARS}</svg>`,
)}`;
