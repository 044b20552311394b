import type { Outcome } from "./simulation.ts";

const [WIDTH, HEIGHT] = [420, 260];
/** Around the area of a chart. */
const [LEFT, TOP, BOTTOM] = [62, 40, 44];
const PLOT = { width: WIDTH - LEFT - 20, height: HEIGHT - TOP - BOTTOM };
const STYLE =
  "text{font:12px system-ui,sans-serif;fill:#1f2937}.title{font-weight:600}" +
  ".line{fill:none;stroke:#2563eb;stroke-width:2}.dashed{stroke:#9ca3af;stroke-dasharray:4 4}" +
  ".grid{stroke:#e5e7eb}";

interface Line {
  label: string;
  points: readonly { x: number; y: number }[];
  isDashed?: boolean;
}

interface Chart {
  title: string;
  x: string;
  y: string;
  lines: readonly Line[];
}

/** Both simulations side by side, on logarithmic scales; readable on light and dark pages. */
export function drawCharts(pages: readonly Outcome[], items: readonly Outcome[]): string {
  const charts = [
    {
      title: "Calls of the Valkey primary, 100 instances",
      x: "hits a second of one page",
      y: "calls a second",
      lines: [
        {
          ...line("one call a hit", pages, (row) => [row.hitsPerSecond, row.hitsPerSecond]),
          isDashed: true,
        },
        line("batched", pages, (row) => [row.hitsPerSecond, row.callsPerSecond]),
      ],
    },
    {
      title: "p99 of a hit, Valkey",
      x: "hits a second of one page",
      y: "ms",
      lines: [line("p99", pages, (row) => [row.hitsPerSecond, row.p99Ms])],
    },
    {
      title: "p99 of a hit, DynamoDB, 20,000 hits a second",
      x: "instances",
      y: "ms",
      lines: [line("p99", items, (row) => [row.instances, row.p99Ms])],
    },
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${3 * WIDTH} ${HEIGHT}" ` +
      'role="img" aria-label="A hot page, simulated">',
    `<style>${STYLE}</style>`,
    `<rect width="${3 * WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...charts.map(
      (chart, index) => `<g transform="translate(${index * WIDTH} 0)">${draw(chart)}</g>`,
    ),
    "</svg>\n",
  ].join("\n");
}

function line(
  label: string,
  rows: readonly Outcome[],
  at: (row: Outcome) => [x: number, y: number],
): Line {
  return { label, points: rows.map(at).map(([x, y]) => ({ x, y })) };
}

function draw({ title, x, y, lines }: Chart): string {
  const all = lines.flatMap(({ points }) => points);
  const across = scale(
    all.map((point) => point.x),
    [LEFT, LEFT + PLOT.width],
  );
  const up = scale(
    all.map((point) => point.y),
    [TOP + PLOT.height, TOP],
  );
  const grid = (path: string) => `<path class="grid" d="${path}"/>`;
  const text = (at: string, content: string) => `<text ${at}>${content}</text>`;
  return [
    text(`class="title" x="${LEFT}" y="20"`, title),
    ...up.ticks.flatMap((tick) => [
      grid(`M${LEFT} ${up.at(tick)}h${PLOT.width}`),
      text(`x="${LEFT - 6}" y="${up.at(tick) + 4}" text-anchor="end"`, short(tick)),
    ]),
    ...across.ticks.flatMap((tick) => [
      grid(`M${across.at(tick)} ${TOP}v${PLOT.height}`),
      text(
        `x="${across.at(tick)}" y="${TOP + PLOT.height + 16}" text-anchor="middle"`,
        short(tick),
      ),
    ]),
    text(`x="${LEFT + PLOT.width / 2}" y="${HEIGHT - 8}" text-anchor="middle"`, x),
    text(`x="8" y="${TOP - 10}"`, y),
    ...lines.map(({ label, points, isDashed }) => {
      const path = points.map((point) => `${across.at(point.x)} ${up.at(point.y)}`).join("L");
      const kind = isDashed === true ? "line dashed" : "line";
      return `<path class="${kind}" d="M${path}"><title>${label}</title></path>`;
    }),
  ].join("\n");
}

/** Powers of ten around the values. */
function scale(values: readonly number[], [from, to]: readonly [number, number]) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: (value: number) =>
      Math.round(from + ((Math.log10(value) - low) / (high - low)) * (to - from)),
  };
}

function short(value: number): string {
  return value.toLocaleString("en-US", { notation: "compact" });
}
