import type { Account } from "./account.ts";
import type { Finding } from "./workload.ts";

/** What the load saw, and what holds after it, for people. */
export function formatStressReport(
  accounts: readonly Account[],
  findings: readonly Finding[],
  seconds: number,
): string {
  const rows = [
    ["", "requests", "per second", "p50 ms", "p90 ms", "p99 ms", "max ms", "errors"],
    ...accounts.map((account) => [
      account.name,
      String(account.requests),
      (account.requests / seconds).toFixed(0),
      ...account.percentiles(0.5, 0.9, 0.99, 1).map((latencyMs) => latencyMs.toFixed(1)),
      String(account.errorCount),
    ]),
  ];
  const errors = accounts.flatMap(({ name, errors }) =>
    errors.map(([kind, count]) => `  ✗ ${name}: ${count} × ${kind}`),
  );
  const held = findings.map(({ holds, text }) => `  ${holds ? "✓" : "✗"} ${text}`);
  const note =
    "This proves promises under load; it is no benchmark: callers and system may share a machine.";
  return ["", ...alignColumns(rows), "", note, "", ...errors, ...held].join("\n");
}

/** The first column is a name, the others are numbers. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
}
