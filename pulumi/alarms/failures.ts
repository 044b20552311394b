import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface FailuresArgs {
  deployment: string;
  logGroup: aws.cloudwatch.LogGroup;
  parent: pulumi.Resource;
}

/**
 * Counts the requests of one service that failed by no fault of the caller, from its log: an
 * unknown error, or a store that is away. The load balancer cannot tell them from a refusal that
 * the service chose, such as a full queue: the log has those as warnings.
 */
export function countFailures(name: string, { deployment, logGroup, parent }: FailuresArgs) {
  const metric = { namespace: "PageServices", name: `FailedRequests-${deployment}-${name}` };
  new aws.cloudwatch.LogMetricFilter(
    `${name}-failures`,
    {
      logGroupName: logGroup.name,
      pattern: '{ $.level = "error" && $.msg = "request failed" }',
      metricTransformation: { ...metric, value: "1", defaultValue: "0" },
    },
    { parent },
  );
  return { namespace: metric.namespace, metricName: metric.name };
}
