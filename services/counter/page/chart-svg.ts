import { describeBar, describeChart, type Bar, type Chart } from "./chart.ts";

/**
 * Draws the chart for a box of any size: the bars stretch, while scale and axis are text of the
 * page and keep their size. The script moves the bars by their heights.
 */
export function renderChart(chart: Chart): string {
  const { bars, scale } = chart;
  return `<p class="scale"><span id="scale">${formatScale(scale)}</span> per 10 seconds</p>
<svg id="chart" viewBox="0 0 ${bars.length} 100" preserveAspectRatio="none" role="img"
 aria-label="${describeChart(chart)}">
${bars.map(renderBar).join("\n")}
</svg>
<p class="axis"><span>10 minutes ago</span><span>5 minutes ago</span><span>now</span></p>`;
}

function renderBar(bar: Bar, index: number): string {
  return (
    `<g transform="matrix(1 0 0 -1 ${index} 100)"><title>${describeBar(bar)}</title>` +
    `<rect class="slot" width="1" height="100"/>` +
    `<rect class="bar" x=".12" width=".76" height="${bar.height}"/></g>`
  );
}

/** A number that is short at any size. Runs in the page too, as `layOutChart` does. */
export function formatScale(count: number): string {
  return count.toLocaleString("en-US", { notation: "compact" });
}

export const chartStyle = `
#chart {
  display: block;
  width: 100%;
  height: 8.5rem;
  border: solid var(--line);
  border-width: 1px 0;
}
.slot {
  fill: transparent;
}
g:hover .slot {
  fill: var(--line);
}
.bar {
  fill: var(--bar);
}
g:nth-last-child(-n + 6) .bar {
  fill: var(--accent);
}
.scale,
.axis {
  font-size: 0.75rem;
  color: var(--muted);
}
.scale {
  padding-bottom: 0.25rem;
}
.axis {
  display: grid;
  grid-template-columns: 1fr auto 1fr;
  padding-top: 0.375rem;
}
.axis :last-child {
  text-align: right;
}
`;
