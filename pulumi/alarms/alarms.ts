import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";

/** What an alarm watches, and when it rings: in two of three minutes. */
interface Watch {
  description: string;
  namespace: string;
  metricName: string;
  dimensions: Record<string, pulumi.Input<string>>;
  /** `Sum`, `Average`, …, or a percentile such as `p95`. */
  statistic: string;
  /** Rings at or above it. */
  threshold: number;
}

export type Thresholds = Pick<
  Config["alarms"],
  "errorsPerMinute" | "p95Seconds" | "cpuPercent" | "cacheMemoryPercent"
>;

/** Everything that the alarms of one part have in common. */
export interface AlarmScope {
  name: string;
  alerts: { thresholds: Thresholds; topicArn: pulumi.Input<string> };
  parent: pulumi.Resource;
}

export interface TrafficAlarms {
  errors: aws.cloudwatch.MetricAlarm;
  latency: aws.cloudwatch.MetricAlarm;
  unhealthyHosts: aws.cloudwatch.MetricAlarm;
}

/** What users would notice, seen from the load balancer. */
export function trafficAlarms(
  scope: AlarmScope,
  dimensions: Record<string, pulumi.Input<string>>,
): TrafficAlarms {
  const { errorsPerMinute, p95Seconds } = scope.alerts.thresholds;
  const traffic = { namespace: "AWS/ApplicationELB", dimensions };
  return {
    errors: alarm(scope, "errors", {
      ...traffic,
      description: `At least ${errorsPerMinute} answers 5xx a minute`,
      metricName: "HTTPCode_Target_5XX_Count",
      statistic: "Sum",
      threshold: errorsPerMinute,
    }),
    latency: alarm(scope, "latency", {
      ...traffic,
      description: `One answer in twenty takes ${p95Seconds} s or more`,
      metricName: "TargetResponseTime",
      statistic: "p95",
      threshold: p95Seconds,
    }),
    unhealthyHosts: alarm(scope, "unhealthy", {
      ...traffic,
      description: "A task does not answer its health check",
      metricName: "UnHealthyHostCount",
      statistic: "Maximum",
      threshold: 1,
    }),
  };
}

export function cpuAlarm(
  scope: AlarmScope,
  dimensions: Record<string, pulumi.Input<string>>,
): aws.cloudwatch.MetricAlarm {
  const { cpuPercent } = scope.alerts.thresholds;
  return alarm(scope, "cpu", {
    description: `Mean CPU at ${cpuPercent} % or more: the service cannot scale any further`,
    namespace: "AWS/ECS",
    metricName: "CPUUtilization",
    dimensions,
    statistic: "Average",
    threshold: cpuPercent,
  });
}

export function cacheMemoryAlarm(
  scope: AlarmScope,
  cacheNodeId: pulumi.Input<string>,
): aws.cloudwatch.MetricAlarm {
  const { cacheMemoryPercent } = scope.alerts.thresholds;
  return alarm(scope, "memory", {
    description: `Valkey has ${cacheMemoryPercent} % of its memory in use`,
    namespace: "AWS/ElastiCache",
    metricName: "DatabaseMemoryUsagePercentage",
    dimensions: { CacheClusterId: cacheNodeId },
    statistic: "Maximum",
    threshold: cacheMemoryPercent,
  });
}

/** Rings when a table turned requests away, for reading or for writing. */
export function throttleAlarms(
  scope: AlarmScope,
  tableName: pulumi.Input<string>,
): aws.cloudwatch.MetricAlarm[] {
  return ["Read", "Write"].map((access) =>
    alarm(scope, `${access.toLowerCase()}-throttles`, {
      description: `DynamoDB throttles: ${access.toLowerCase()}s are turned away`,
      namespace: "AWS/DynamoDB",
      metricName: `${access}ThrottleEvents`,
      dimensions: { TableName: tableName },
      statistic: "Sum",
      threshold: 1,
    }),
  );
}

function alarm(scope: AlarmScope, what: string, watch: Watch): aws.cloudwatch.MetricAlarm {
  const { statistic, description, ...metric } = watch;
  return new aws.cloudwatch.MetricAlarm(
    `${scope.name}-${what}`,
    {
      ...metric,
      alarmDescription: description,
      ...(statistic.startsWith("p") ? { extendedStatistic: statistic } : { statistic }),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      period: 60,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      // No traffic is no fault.
      treatMissingData: "notBreaching",
      alarmActions: [scope.alerts.topicArn],
      okActions: [scope.alerts.topicArn],
    },
    { parent: scope.parent },
  );
}
