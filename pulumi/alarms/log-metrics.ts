import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface LogMetricArgs {
  deployment: string;
  logGroup: aws.cloudwatch.LogGroup;
  parent: pulumi.Resource;
}

interface Lines {
  resource: string;
  metric: string;
  /** What a line of the log must match. */
  pattern: string;
}

/**
 * Counts the requests of one service that failed by no fault of the caller, from its log: an
 * unknown error, or a store that is away. The load balancer cannot tell them from a refusal that
 * the service chose, such as a full queue: the log has those as warnings.
 */
export function countFailures(name: string, args: LogMetricArgs) {
  const pattern = '{ $.level = "error" && $.msg = "request failed" }';
  return count(
    { resource: `${name}-failures`, metric: `FailedRequests-${args.deployment}-${name}`, pattern },
    args,
  );
}

/** Counts the logins with a wrong email or password; the log names neither. */
export function countRefusedLogins(name: string, args: LogMetricArgs) {
  const pattern = '{ $.msg = "login refused" }';
  return count(
    {
      resource: `${name}-refused-logins`,
      metric: `RefusedLogins-${args.deployment}-${name}`,
      pattern,
    },
    args,
  );
}

function count({ resource, metric, pattern }: Lines, { logGroup, parent }: LogMetricArgs) {
  const namespace = "PageServices";
  new aws.cloudwatch.LogMetricFilter(
    resource,
    {
      logGroupName: logGroup.name,
      pattern,
      metricTransformation: { namespace, name: metric, value: "1", defaultValue: "0" },
    },
    { parent },
  );
  return { namespace, metricName: metric };
}
