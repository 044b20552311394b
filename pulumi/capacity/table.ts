import type { Capacity, Load } from "./model.ts";

/** Loads side by side, as Markdown. */
export function capacityTable(columns: readonly { load: Load; capacity: Capacity }[]): string {
  const row = (name: string, cell: (column: { load: Load; capacity: Capacity }) => string) =>
    `| ${[name, ...columns.map(cell)].join(" | ")} |`;
  return [
    row("hits a second", ({ load }) => whole(load.hits)),
    `| --- |${" --: |".repeat(columns.length)}`,
    row("pages; reads a second; streams", ({ load: { pages, reads, streams } }) =>
      [pages, reads, streams].map(whole).join("; "),
    ),
    row("tasks: counter, catalog, stream guard", ({ capacity: { tasks } }) =>
      Object.values(tasks).map(whole).join(", "),
    ),
    row("calls of Valkey a second", ({ capacity }) => whole(capacity.valkeyCalls)),
    row(
      "Valkey",
      ({ capacity: { valkey } }) => `${valkey.shards} × ${valkey.type}, ${valkey.nodes} nodes`,
    ),
    row("writes a second: sessions, counters, streams", ({ capacity: { tableWrites } }) =>
      Object.values(tableWrites).map(whole).join(", "),
    ),
    row("load balancer units", ({ capacity }) => whole(capacity.loadBalancerUnits)),
    row("US dollars a month", ({ capacity }) => whole(capacity.monthlyUsd)),
    row(
      "first limit",
      ({ capacity: { firstLimit } }) => `${firstLimit.what}: ${whole(100 * firstLimit.share)} %`,
    ),
  ].join("\n");
}

function whole(amount: number): string {
  return Math.round(amount).toLocaleString("en-US");
}
