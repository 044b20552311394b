import { describeChart, layOutChart, type Series } from "./chart.ts";

export interface ChartFigure extends Series {
  id: string;
  title: string;
  /** Below the first bar, the middle one and the last one. */
  axis: readonly [string, string, string];
  /** How many of the last bars have the accent. */
  accented: number;
  /** True for one that the script only reads: its counts are in the HTML. */
  isFixed?: boolean;
}

/**
 * Draws a chart for a box of any size: the bars stretch, while grid and axis are text of the page and
 * keep their size. The script moves the bars, and shows the field by which they are read one by one:
 * with the mouse, by touch, and with the arrow keys.
 */
export function renderChart(figure: ChartFigure): string {
  const { id, title, axis, accented, stepMs, to, counts, isFixed = false } = figure;
  const given = isFixed ? ` data-counts="${counts.join()}"` : "";
  const chart = layOutChart(figure);
  const { bars } = chart;
  const summary = describeChart(chart, figure);
  return `<figure class="chart card" id="${id}" data-step-ms="${stepMs}" data-to="${to}"${given}>
<figcaption><h2>${title}</h2> <p class="readout">${summary}</p></figcaption>
<div class="plot">
<div class="lines">${chart.lines.map((line) => renderLine(line, chart.lines)).join("")}</div>
<svg viewBox="0 0 ${bars.length} 100" preserveAspectRatio="none" role="img"
 aria-label="${title}: ${chart.total.toLocaleString("en-US")} in all. ${summary}.">
${bars
  .map(
    ({ height }, index) =>
      `<g transform="matrix(1 0 0 -1 ${index} 100)"><rect class="slot" width="1" height="100"/>` +
      `<rect class="bar${index >= bars.length - accented ? " recent" : ""}" x=".12" width=".76" ` +
      `height="${height}"/></g>`,
  )
  .join("\n")}
</svg>
<input type="range" min="0" max="${bars.length - 1}" value="${bars.length - 1}"
 aria-label="${title}, bar by bar" autocomplete="off" hidden>
</div>
<p class="axis">${axis.map((text) => `<span>${text}</span>`).join("")}</p>
</figure>`;
}

/** A line of the grid with its number. Runs in the page too, as the functions of the chart do. */
export function renderLine(line: number, lines: readonly number[]): string {
  const text = line.toLocaleString("en-US", { notation: "compact" });
  return `<span style="bottom:${(100 * line) / (lines.at(-1) ?? line)}%">${text}</span>`;
}

export const chartStyle = `
.chart { display: grid; gap: 0.75rem; align-content: start; }
.chart figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.readout { min-height: 1.5em; font-size: 0.875rem; color: var(--muted); }
/* The numbers of the grid stand at its right, beside the bars. */
.plot { position: relative; margin-top: 0.5rem; }
.plot svg {
  display: block;
  position: relative;
  width: calc(100% - 2.5rem);
  height: 9rem;
  border-bottom: 1px solid var(--muted);
}
.plot:has(input:focus-visible) { outline: 2px solid var(--accent); outline-offset: 4px; border-radius: 2px; }
.plot input {
  position: absolute;
  inset: 0;
  width: calc(100% - 2.5rem);
  height: 100%;
  padding: 0;
  opacity: 0;
  cursor: crosshair;
  touch-action: pan-y;
}
.lines { position: absolute; inset: 0; }
.lines span {
  position: absolute;
  left: 0;
  right: 0;
  border-bottom: 1px solid var(--line);
  font-size: 0.75rem;
  line-height: 1.3;
  text-align: right;
  color: var(--muted);
}
.slot { fill: transparent; }
.read .slot { fill: var(--soft); }
.bar { fill: var(--bar); }
.bar.recent { fill: var(--accent); }
.read .bar { fill: var(--ink); }
.axis {
  display: grid;
  grid-template-columns: 1fr auto 1fr;
  padding-right: 2.5rem;
  font-size: 0.75rem;
  color: var(--muted);
  white-space: nowrap;
}
.axis :last-child { text-align: right; }
`;
