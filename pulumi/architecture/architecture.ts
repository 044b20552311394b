/** The picture of the deployment, drawn from the contract; `npm run draw` writes it. */
import { serviceNames, services, tables, type TableName } from "../../shared/contract.ts";

const WIDTH = 960;
const ROW_HEIGHT = 150;
const TOP = 96;
const SERVICE = { x: 360, width: 240, height: 138 };
const STORE = { x: 700, width: 220, height: 34 };
const BALANCER = { x: 160, width: 128 };

const LABELLED = 'role="img" aria-labelledby="title"';
const TITLE =
  `A load balancer routes by path to ${serviceNames.length} services on one ECS Fargate cluster; ` +
  "they keep their data in Redis and DynamoDB.";

interface Store {
  label: string;
  y: number;
}

/** @returns a whole SVG document; light and dark by the reader's preference */
export function drawArchitecture(): string {
  const stores = placeStores();
  const height = TOP + serviceNames.length * ROW_HEIGHT + 104;
  const rows = serviceNames.map((name, index) => drawService({ name, index, stores }));
  const middle = TOP + (serviceNames.length * ROW_HEIGHT) / 2;
  const viewBox = `0 0 ${WIDTH} ${height}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}" ${LABELLED}>
<title id="title">${TITLE}</title>
<style>${STYLE}</style>
${box({ x: 340, y: 40, width: 280, height: height - 64, kind: "cluster" })}
${text({ x: 480, y: 66, label: "ECS Fargate cluster", kind: "head" })}
${text({ x: STORE.x + STORE.width / 2, y: 66, label: "Stores", kind: "head" })}
${text({ x: 62, y: middle - 10, label: "API consumers" })}
${text({ x: 62, y: middle + 12, label: "and browsers" })}
${arrow(118, middle, BALANCER.x, middle)}
${box({ x: BALANCER.x, y: middle - 90, width: BALANCER.width, height: 180, kind: "edge" })}
${text({ x: BALANCER.x + BALANCER.width / 2, y: middle - 8, label: "ALB", kind: "name" })}
${text({ x: BALANCER.x + BALANCER.width / 2, y: middle + 14, label: "rules by path" })}
${rows.join("\n")}
${[...stores.values()].map(drawStore).join("\n")}
${drawPrometheus(height - 78)}
</svg>
`;
}

/** Redis first, then every table, evenly over the height of the services. */
function placeStores(): ReadonlyMap<string, Store> {
  const names = ["redis", ...(Object.keys(tables) as TableName[])];
  const step = (serviceNames.length * ROW_HEIGHT) / names.length;
  return new Map(
    names.map((name, index) => {
      const label = name === "redis" ? "Valkey (Redis)" : `DynamoDB · ${name}`;
      return [name, { label, y: TOP + step * (index + 0.5) - STORE.height / 2 }];
    }),
  );
}

interface ServiceRow {
  name: (typeof serviceNames)[number];
  index: number;
  stores: ReadonlyMap<string, Store>;
}

function drawService({ name, index, stores }: ServiceRow): string {
  const { rules, redis, tables: used } = services[name];
  const y = TOP + index * ROW_HEIGHT;
  const middle = y + SERVICE.height / 2;
  const balancer = TOP + (serviceNames.length * ROW_HEIGHT) / 2;
  const from = balancer + (index - (serviceNames.length - 1) / 2) * 50;
  const touched = [...(redis ? ["redis"] : []), ...Object.keys(used)];
  return [
    arrow(BALANCER.x + BALANCER.width, from, SERVICE.x, middle),
    box({ x: SERVICE.x, y, width: SERVICE.width, height: SERVICE.height, kind: "service" }),
    text({ x: 480, y: y + 26, label: name, kind: "name" }),
    ...lines(rules.flatMap(({ paths }) => paths)).map((label, line) =>
      text({ x: 480, y: y + 50 + line * 20, label, kind: "path" }),
    ),
    ...touched.map((store) => {
      const target = (stores.get(store)?.y ?? 0) + STORE.height / 2;
      return arrow(SERVICE.x + SERVICE.width, middle, STORE.x, target);
    }),
  ].join("\n");
}

/** Paths, two a line where they are short. */
function lines(paths: readonly string[]): string[] {
  return paths.reduce<string[]>((all, path) => {
    const last = all.at(-1);
    if (last === undefined || last.length + path.length > 25) return [...all, path];
    return [...all.slice(0, -1), `${last}   ${path}`];
  }, []);
}

function drawStore({ label, y }: Store): string {
  const { x, width, height } = STORE;
  const middle = { x: x + width / 2, y: y + height / 2 + 5 };
  return [box({ x, y, width, height, kind: "store" }), text({ ...middle, label })].join("\n");
}

function drawPrometheus(y: number): string {
  return [
    box({ x: SERVICE.x, y, width: SERVICE.width, height: 34, kind: "service" }),
    text({ x: 480, y: y + 22, label: "prometheus, each 5 s" }),
  ].join("\n");
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  kind: string;
}

function box({ x, y, width, height, kind }: Box): string {
  return `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`;
}

function text({ x, y, label, kind = "" }: { x: number; y: number; label: string; kind?: string }) {
  return `<text class="${kind}" x="${x}" y="${y}" xml:space="preserve">${label}</text>`;
}

/** A curve from the right side of one thing to the left side of another. */
function arrow(...[x1, y1, x2, y2]: [number, number, number, number]): string {
  const bend = (x1 + x2) / 2;
  return [
    `<path class="wire" d="M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2 - 6} ${y2}"/>`,
    `<path class="tip" d="M${x2} ${y2}l-8 -4v8z"/>`,
  ].join("");
}

const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1f2933; --soft: #52606d; --line: #9aa5b1;
  --edge: #fdf3e1; --service: #e6f0fb; --store: #e8f5ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e7eb; --soft: #a3b0bd; --line: #616e7c;
    --edge: #4a3b1c; --service: #1d3a57; --store: #1c4030;
  }
}
text { font: 14px system-ui, sans-serif; fill: var(--soft); text-anchor: middle; }
.head, .name { fill: var(--ink); font-weight: 600; }
.path { font: 13px ui-monospace, monospace; }
.cluster { fill: none; stroke: var(--line); stroke-dasharray: 4 4; }
.edge { fill: var(--edge); stroke: var(--line); }
.service { fill: var(--service); stroke: var(--line); }
.store { fill: var(--store); stroke: var(--line); }
.wire { fill: none; stroke: var(--line); stroke-width: 1.5; }
.tip { fill: var(--line); }
`;
