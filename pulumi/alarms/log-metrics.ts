import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { LogAlarm } from "./alarms.ts";

export interface LogMetricArgs {
  deployment: string;
  logGroup: aws.cloudwatch.LogGroup;
  parent: pulumi.Resource;
}

/** Lines of a service's log that are counted. */
interface Lines {
  /** The last part of the filter's name. */
  filter: string;
  metric: string;
  /** What a line must match. */
  pattern: string;
}

/**
 * The requests that failed by no fault of the caller: an unknown error, or a store that is away. The
 * load balancer cannot tell them from a refusal that the service chose, such as a full queue: the log
 * has those as warnings.
 */
export const failures: Lines = {
  filter: "failures",
  metric: "FailedRequests",
  pattern: '{ $.level = "error" && $.msg = "request failed" }',
};

type SignalAlarm = Lines & Omit<LogAlarm, "metric">;

/** What every service may tell its log, each watched by an alarm. */
export const commonSignals: readonly SignalAlarm[] = [
  {
    filter: "overloads",
    metric: "OverloadedRequests",
    pattern: '{ $.msg = "request failed" && $.err.reason = "overloaded" }',
    what: "overload",
    severity: "page",
    description: "A queue is full: 20 requests a minute or more are refused",
    threshold: 20,
  },
];

/** What a service tells its log if its contract says so. */
export const ownSignals = {
  /** With a wrong email or password; the log names neither. More than forgetful users make. */
  refusedLogins: {
    filter: "refused-logins",
    metric: "RefusedLogins",
    pattern: '{ $.msg = "login refused" }',
    what: "logins",
    severity: "ticket",
    description: "100 logins a minute or more have a wrong password",
    threshold: 100,
  },
  refusedWrites: {
    filter: "refused-writes",
    metric: "RefusedWrites",
    pattern:
      '{ $.msg = "request failed" && ($.err.reason = "full" || $.err.reason = "read-only" || ' +
      '$.err.reason = "no-replicas") }',
    what: "writes",
    severity: "page",
    description: "Redis answers, and refuses writes",
    threshold: 1,
  },
  openCircuits: {
    filter: "circuits",
    metric: "OpenCircuits",
    pattern: '{ $.msg = "circuit opened" }',
    what: "circuit",
    severity: "page",
    description:
      "The store is given up for a second at a time, as its calls fail one after another",
    threshold: 1,
  },
  missingNumbers: {
    filter: "gaps",
    metric: "MissingNumbers",
    pattern: '{ $.msg = "numbers may be missing" }',
    what: "gaps",
    severity: "ticket",
    description: "Redis lost pages: some of their numbers are skipped",
    isEvent: true,
    threshold: 1,
  },
} as const satisfies Record<string, SignalAlarm>;

/** Makes a metric of lines; its name tells the service and the deployment. */
export function countLines(service: string, lines: Lines, args: LogMetricArgs) {
  const namespace = "PageServices";
  const metricName = `${lines.metric}-${args.deployment}-${service}`;
  new aws.cloudwatch.LogMetricFilter(
    `${service}-${lines.filter}`,
    {
      logGroupName: args.logGroup.name,
      pattern: lines.pattern,
      metricTransformation: { namespace, name: metricName, value: "1", defaultValue: "0" },
    },
    { parent: args.parent },
  );
  return { namespace, metricName };
}
