import { escapeHtml } from "../../../shared/kit/http/html.ts";
import type { PageTotal } from "../estimates.ts";
import type { DayHistory } from "../days/days.ts";
import { renderBadgeMaker } from "./badge/badge-maker.ts";
import { renderChart } from "./chart/chart-svg.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { renderTopPages } from "./top-pages.ts";

const DAY_MS = 86_400_000;

/** What the page shows: the numbers of one moment, by the store's clock. */
export interface PageView {
  page: string;
  count: number;
  /** Views in the 60 whole seconds that end with `second`. */
  lastMinute: number;
  /** Seconds since the epoch. */
  second: number;
  /** Views in each of the spans of ten seconds up to `second`; empty where they are not known. */
  spans: readonly number[];
  /** Undefined where they are not known. */
  bots: number | undefined;
  visitorsToday: number | undefined;
  /** The pages with most views, the highest count first. */
  top: readonly PageTotal[];
  /** Views of the last days, undefined where they are not known. */
  days: DayHistory | undefined;
  /** The instance that answers. */
  instance: string;
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

/** The page of one counter. Numbers and charts are in the HTML; the script keeps them live. */
export function renderPage(view: PageView, { scriptNonce, origin }: PageOptions): string {
  const page = escapeHtml(view.page);
  const to = new Date(view.second * 1_000).toISOString();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${format(view.count)} · Views of ${page}</title>
<link rel="icon" href="${ICON}">
<style>${pageStyle}</style>
</head>
<body data-page="${page}" data-origin="${escapeHtml(origin)}">
<header>
${NAME}
<p id="state" role="status">As of ${to.slice(11, 19)} UTC</p>
</header>
<main>
${renderNumbers(view)}
<div class="charts">
${renderChart({
  ...{ id: "minutes", title: "Last 10 minutes", accented: 6, stepMs: 10_000, to },
  counts: view.spans.length === 0 ? Array.from({ length: 60 }, () => 0) : view.spans,
  axis: ["10 min ago", "5 min ago", "now"],
})}
${renderDays(view.days)}
</div>
${renderTopPages(view)}
${renderBadgeMaker({ page: view.page, count: view.count, origin })}
</main>
<footer>
<a href="/counter/docs">API documentation</a>
<a href="/account">A number of your own</a>
<a href="/counter/${page}?estimate=true">This count as JSON</a>
<p>Answered by <span id="instance">${escapeHtml(view.instance)}</span></p>
</footer>
<p id="announcement" class="unseen" aria-live="polite"></p>
<script type="module" nonce="${escapeHtml(scriptNonce)}">${pageScript}</script>
</body>
</html>
`;
}

/** The count, as large as it can be, and what belongs to it. */
function renderNumbers(view: PageView): string {
  const { page, count, lastMinute, spans, visitorsToday, bots } = view;
  const text = format(count);
  const lastTen = spans.length === 0 ? undefined : spans.reduce((sum, views) => sum + views);
  const visitors =
    visitorsToday === undefined
      ? ""
      : `<div><dt>Visitors today</dt><dd id="visitors-today">${format(visitorsToday)}</dd></div>`;
  return `<section aria-labelledby="count-heading">
<h1 id="count-heading">Views of <b>${escapeHtml(page)}</b></h1>
<p class="count"><span id="count" style="--characters:${text.length}">${text}</span></p>
<dl>
<div><dt class="recent">Last minute</dt><dd id="last-minute">${format(lastMinute)}</dd></div>
<div><dt class="older">Last 10 minutes</dt><dd id="last-ten-minutes">${format(lastTen)}</dd></div>
${visitors}
<div><dt>Bots, not counted</dt><dd id="bots">${format(bots)}</dd></div>
</dl>
</section>`;
}

function renderDays(history: DayHistory | undefined): string {
  if (history === undefined) return "";
  const { from, to, days } = history;
  const counts = Array.from({ length: to - from + 1 }, () => 0);
  for (const { day, views } of days) counts[day - from] = views;
  const title = `Last ${counts.length} days`;
  return renderChart({
    ...{ isFixed: true, id: "days", title, accented: 1, stepMs: DAY_MS, counts },
    to: new Date(to * DAY_MS).toISOString(),
    axis: [`${counts.length - 1} days ago`, "", "today"],
  });
}

function format(number: number | undefined): string {
  return number === undefined ? "–" : number.toLocaleString("en-US");
}

const SYMBOL_BARS = `<path d="M2 9h3v5H2zM6.5 5h3v9h-3zM11 1h3v13h-3z"/>`;

/** Heads every page of the counter. */
export const NAME = `<p class="name"><svg viewBox="0 0 16 16" width="16" aria-hidden="true">${SYMBOL_BARS}</svg> Page counter</p>`;

export const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="#c2410c">${SYMBOL_BARS}</svg>`,
)}`;
