import type { LoadResult } from "./load.ts";

/** One number to reach, beside what was measured. */
export interface BenchRow {
  what: string;
  against: string;
  measured: number;
  /** `>=`: at least `reach`; `<=`: at most. */
  aim: ">=" | "<=";
  reach: number;
  /** Unit of both numbers; none for a ratio. */
  unit?: string;
}

/** What one benchmark saw: the raw results, and what they mean for the numbers to reach. */
export interface BenchReport {
  loads: readonly LoadResult[];
  rows: readonly BenchRow[];
}

/** Two Markdown tables: every load as measured, then the numbers to reach. */
export function formatReport({ loads, rows }: BenchReport): string {
  return [
    ...table(
      ["server", "requests/s", "p50 ms", "p99 ms", "server CPU µs/request"],
      loads.map((load) => [
        load.name,
        Math.round(load.requestsPerSecond).toLocaleString("en"),
        load.p50Ms.toFixed(1),
        load.p99Ms.toFixed(1),
        Number.isNaN(load.cpuMicrosPerRequest) ? "–" : load.cpuMicrosPerRequest.toFixed(1),
      ]),
    ),
    "",
    ...table(
      ["what", "against", "measured", "reach", ""],
      rows.map((row) => [
        row.what,
        row.against,
        `${format(row.measured)}${row.unit === undefined ? "" : ` ${row.unit}`}`,
        `${row.aim === ">=" ? "≥" : "≤"} ${row.reach}${row.unit === undefined ? "" : ` ${row.unit}`}`,
        reached(row) ? "reached" : "missed",
      ]),
    ),
    "",
  ].join("\n");
}

export function reached({ measured, aim, reach }: BenchRow): boolean {
  return aim === ">=" ? measured >= reach : measured <= reach;
}

function format(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(3)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
