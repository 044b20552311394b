/** Draws the picture of the deployment from its layout; `npm run draw` writes it. */
import { type Arrow, arrows, type Copies, HEIGHT, type Part, parts, WIDTH } from "./layout.ts";

const TITLE =
  "Users reach an Application Load Balancer in the public subnets of a VPC, behind a WAF. It routes to " +
  "Fargate tasks in private subnets. They use Valkey beside them, DynamoDB through a gateway endpoint, and " +
  "CloudWatch, Secrets Manager and ECR through NAT gateways. Prometheus scrapes the tasks; CloudWatch's " +
  "alarms reach people through SNS.";
const LEGEND =
  "Dashed: in prod, not in dev. a, b, c: availability zones, as an example, at the minimum of tasks.";

const CHIP = { width: 24, height: 20, gap: 4 };
const containers: readonly Part["kind"][] = ["vpc", "public", "private", "group"];

/** @returns a whole SVG document; it brings its own ground, light or dark by the reader's preference */
export function drawArchitecture(): string {
  const all = Object.values(parts);
  const isAround = ({ kind }: Part) => containers.includes(kind);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">
<title id="title">${TITLE}</title>
<style>${STYLE}</style>
<marker id="tip" markerWidth="8" markerHeight="8" refX="8" refY="4" orient="auto" markerUnits="userSpaceOnUse"><path class="tip" d="M0 0L8 4L0 8z"/></marker>
<rect class="ground" x="0" y="0" width="${WIDTH}" height="${HEIGHT}" rx="12"/>
${all.filter(isAround).map(drawAround).join("\n")}
${arrows.map(drawArrow).join("\n")}
${all
  .filter((part) => !isAround(part))
  .map(drawCard)
  .join("\n")}
${text({ kind: "legend", x: 40, y: HEIGHT - 24, label: LEGEND })}
</svg>
`;
}

/** What contains others: its name stands in its corner. */
function drawAround(part: Part): string {
  const [x, y] = part.box;
  return drawBox(part) + text({ kind: "head", x: x + 16, y: y + 23, label: part.name });
}

/** A service's name and copies are a row; elsewhere lines are centred, with the copies below. */
function drawCard(part: Part): string {
  const { name, details, copies } = part;
  const [x, y, width, height] = part.box;
  if (details === undefined) {
    const chips = copies && drawCopies(copies, x + width - 12 - chipsWidth(copies), y + 10);
    return drawBox(part) + text({ kind: "row", x: x + 12, y: y + 25, label: name }) + (chips ?? "");
  }
  const middle = x + width / 2;
  const chipsHeight = copies === undefined ? 0 : CHIP.height + 8;
  const top = y + 5 + (height - chipsHeight - 18 - 20 * (details.length - 1)) / 2;
  return [
    drawBox(part),
    text({ kind: "name", x: middle, y: top, label: name }),
    ...details.map((label, line) =>
      text({ kind: "detail", x: middle, y: top + 18 + line * 20, label }),
    ),
    copies ? drawCopies(copies, middle - chipsWidth(copies) / 2, y + height - 8 - CHIP.height) : "",
  ].join("");
}

/** One square for each copy, named as its zone. */
function drawCopies({ dev, prod }: Copies, left: number, y: number): string {
  const chips = Array.from("abcdef".slice(0, prod), (zone, index) => {
    const x = left + index * (CHIP.width + CHIP.gap);
    const kind = index < dev ? "zone" : "zone optional";
    const { width, height } = CHIP;
    const box = `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`;
    return box + text({ kind: "detail", x: x + width / 2, y: y + 14.5, label: zone });
  });
  return chips.join("");
}

function chipsWidth({ prod }: Copies): number {
  return prod * (CHIP.width + CHIP.gap) - CHIP.gap;
}

function drawBox({ kind, box: [x, y, width, height], optional }: Part): string {
  const className = optional ? `${kind} optional` : kind;
  const rx = kind === "outside" ? height / 2 : 8;
  return `<rect class="${className}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${rx}"/>`;
}

/** Dashed where one of its ends is. */
function drawArrow({ from, to, path }: Arrow): string {
  const isOptional = [from, to].some((end) => parts[end]?.optional);
  return `<path class="${isOptional ? "wire optional" : "wire"}" d="${path}" marker-end="url(#tip)"/>`;
}

function text({ kind, x, y, label }: { kind: string; x: number; y: number; label: string }) {
  return `<text class="${kind}" x="${x}" y="${y}">${label}</text>`;
}

const STYLE = `
:root {
  --ground: #ffffff; --ink: #1f2933; --soft: #52606d; --line: #9aa5b1; --wire: #616e7c;
  --public: #f4f9f1; --private: #f3f7fc; --card: #ffffff;
  --edge: #fdf1dc; --task: #deebfa; --store: #dff2e5; --aws: #f0ebfa;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161b22; --ink: #e4e7eb; --soft: #b0bcc8; --line: #57646f; --wire: #8593a0;
    --public: #1a231f; --private: #18212c; --card: #161b22;
    --edge: #46381c; --task: #1d3a57; --store: #1b4030; --aws: #352c4d;
  }
}
text { font: 13px system-ui, sans-serif; fill: var(--soft); }
.name, .row { font: 600 14px system-ui, sans-serif; fill: var(--ink); }
.name, .detail { text-anchor: middle; }
.head { fill: var(--ink); }
.ground { fill: var(--ground); }
.vpc, .group { fill: var(--card); stroke: var(--line); }
.public { fill: var(--public); stroke: var(--line); }
.private { fill: var(--private); stroke: var(--line); }
.outside { fill: var(--ground); stroke: var(--line); }
.edge { fill: var(--edge); stroke: var(--line); }
.task { fill: var(--task); stroke: var(--line); }
.store { fill: var(--store); stroke: var(--line); }
.aws { fill: var(--aws); stroke: var(--line); }
.zone { fill: var(--ground); stroke: var(--line); }
.optional { stroke-dasharray: 4 3; }
.wire { fill: none; stroke: var(--wire); stroke-width: 1.5; shape-rendering: crispEdges; }
.tip { fill: var(--wire); }
`;
