import { env, serviceNames, services } from "../../../contract.ts";
import type { LocalStores } from "../stores/local-stores.ts";

export interface BannerOptions {
  /** Of the gateway. */
  url: string;
  /** How many processes of each service. */
  instances: number;
  stores: LocalStores["descriptions"];
  /** True when the writes ask for a key. */
  hasApiKeys: boolean;
  startMs: number;
  /** Where traces are listed; undefined where there are none. */
  tracesUrl?: string | undefined;
}

/** What a person wants to know when the stack is up. */
export function createBanner(options: BannerOptions): string {
  const { url, instances, stores, hasApiKeys, startMs, tracesUrl } = options;
  const header = ["service", "docs", "paths"];
  const rows = serviceNames.map((service) => [
    service,
    `${url}/${service}/docs`,
    services[service].rules.flatMap(({ paths }) => paths).join(" "),
  ]);
  const processes = instances === 1 ? "" : `, ${instances} processes of each service`;
  return [
    `Ready in ${(startMs / 1_000).toFixed(1)} s at ${url}${processes}`,
    "",
    ...alignColumns([header, ...rows]),
    "",
    ...alignColumns([
      ["Home page", `${url}/local: health and metrics of each instance, requests to try`],
      ...(tracesUrl === undefined ? [] : [["Traces", `${tracesUrl}: the slowest requests first`]]),
      ["DynamoDB", stores.dynamodb],
      ["Redis", stores.redis],
      [
        "API keys",
        hasApiKeys ? `set by ${env.apiKeys}` : `none: anyone may write (${env.apiKeys} sets them)`,
      ],
    ]),
    "",
    "Ctrl-C stops everything.",
  ].join("\n");
}

function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const align = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widthOf(column)));
  return rows.map((row) => `  ${align(row).join("  ")}`.trimEnd());
}
