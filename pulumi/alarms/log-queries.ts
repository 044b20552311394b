import * as aws from "@pulumi/aws";
import type { LogMetricArgs } from "./log-metrics.ts";

const newestFirst = "sort @timestamp desc | limit 200";

/** What an operator asks of a service's log; the text in capitals is to be replaced. */
export const logQueries = {
  errors:
    "fields @timestamp, msg, err.reason, err.message, method, path, request_id, trace_id\n" +
    `| filter level in ["error", "fatal"] or msg = "request failed"\n| ${newestFirst}`,
  slow:
    "fields @timestamp, duration_ms, method, path, status, request_id, trace_id\n" +
    '| filter msg = "slow request"\n| sort duration_ms desc | limit 200',
  request:
    "fields @timestamp, level, msg, method, path, status, err.message\n" +
    `| filter request_id = "REQUEST-ID" or trace_id = "TRACE-ID"\n| ${newestFirst}`,
  // No address is in the log: a caller is known by how its own ids begin.
  caller:
    "fields @timestamp, msg, method, path, status, duration_ms, request_id\n" +
    `| filter request_id like /^BEGINNING-OF-ITS-IDS/\n| ${newestFirst}`,
} as const;

/** Saves the queries in CloudWatch, in a folder of the deployment and the service. */
export function saveLogQueries(service: string, args: LogMetricArgs): void {
  const { deployment, logGroup, parent } = args;
  for (const [about, queryString] of Object.entries(logQueries))
    new aws.cloudwatch.QueryDefinition(
      `${service}-${about}`,
      { name: `${deployment}/${service}/${about}`, logGroupNames: [logGroup.name], queryString },
      { parent },
    );
}

/** Opens a query of one log group in the console, over the last hour. */
export function insightsUrl(region: string, logGroup: string, query: string): string {
  const detail =
    "~(end~0~start~-3600~timeType~'RELATIVE~unit~'seconds" +
    `~editorString~'${escapeText(query)}~source~(~'${escapeText(logGroup)}))`;
  const home = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
  return `${home}#logsV2:logs-insights$3FqueryDetail$3D${detail}`;
}

/** As the console writes text into its addresses: what is no letter or digit by its number. */
function escapeText(text: string): string {
  return text.replaceAll(/[^\w.-]/g, (character) => {
    return `*${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
