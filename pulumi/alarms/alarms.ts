import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";
import { alarm, type AlarmScope, type Input, type Metric, type Watch } from "./alarm.ts";

export type Thresholds = Config["alarms"];

export interface TrafficArgs {
  thresholds: Thresholds;
  /** The service at the load balancer. */
  dimensions: Record<string, Input>;
  /** Counts the requests that failed by no fault of the caller. */
  failures: Pick<Metric, "namespace" | "metricName">;
}

export interface TrafficAlarms {
  errors: aws.cloudwatch.MetricAlarm;
  latency: aws.cloudwatch.MetricAlarm;
}

/**
 * What users would notice. Both turn a deployment back, so neither rings for a handful of requests:
 * they are silent below a number a minute, and a refusal that a service chose is no failure.
 */
export function trafficAlarms(scope: AlarmScope, args: TrafficArgs): TrafficAlarms {
  const { errorPercent, errorsPerMinute, p95Seconds, requestsPerMinute } = args.thresholds;
  const balancer = { namespace: "AWS/ApplicationELB", dimensions: args.dimensions };
  const requests = { ...balancer, metricName: "RequestCount", statistic: "Sum" };
  return {
    errors: alarm(scope, "errors", {
      severity: "page",
      description: `${errorPercent} % of the requests or more fail, at least ${errorsPerMinute} a minute`,
      metric: {
        metrics: { failures: { ...args.failures, statistic: "Sum" }, requests },
        expression: `IF(failures >= ${errorsPerMinute}, 100 * failures / requests, 0)`,
      },
      threshold: errorPercent,
    }),
    latency: alarm(scope, "latency", {
      severity: "page",
      description: `One answer in twenty takes ${p95Seconds} s or more`,
      metric: {
        metrics: {
          p95: { ...balancer, metricName: "TargetResponseTime", statistic: "p95" },
          requests,
        },
        expression: `IF(requests >= ${requestsPerMinute}, p95, 0)`,
      },
      threshold: p95Seconds,
    }),
  };
}

/** Rings when a task is unhealthy, and when no healthy one is left; not before `service` is steady. */
export function healthAlarms(
  scope: AlarmScope,
  args: { dimensions: Record<string, Input>; service: pulumi.Resource; mayRest: boolean },
): void {
  const target = { namespace: "AWS/ApplicationELB", dimensions: args.dimensions };
  alarm(scope, "unhealthy", {
    severity: "ticket",
    description: "A task does not answer its health check",
    metric: { ...target, metricName: "UnHealthyHostCount", statistic: "Maximum" },
    threshold: 1,
  });
  // A schedule may take all tasks away on purpose.
  if (args.mayRest) return;
  alarm(scope, "outage", {
    severity: "page",
    description: "No healthy task is left: every request to the service fails",
    // Each zone tells its own count, and one without tasks may tell 0.
    metric: { ...target, metricName: "HealthyHostCount", statistic: "Maximum" },
    threshold: 1,
    rings: "below",
    missing: "breaching",
    dependsOn: args.service,
  });
}

/** What a service tells its log, and when that is too much in a minute. */
export interface LogAlarm extends Pick<Watch, "severity" | "description" | "isEvent"> {
  /** The last part of the alarm's name. */
  what: string;
  metric: Pick<Metric, "namespace" | "metricName">;
  threshold: number;
}

export function logAlarm(scope: AlarmScope, { what, metric, ...watch }: LogAlarm): void {
  alarm(scope, what, { ...watch, metric: { ...metric, statistic: "Sum" } });
}

export function cpuAlarm(
  scope: AlarmScope,
  { cpuPercent, dimensions }: { cpuPercent: number; dimensions: Record<string, Input> },
): void {
  alarm(scope, "cpu", {
    severity: "ticket",
    description: `Mean CPU at ${cpuPercent} % or more: the service cannot scale any further`,
    metric: {
      namespace: "AWS/ECS",
      metricName: "CPUUtilization",
      dimensions,
      statistic: "Average",
    },
    threshold: cpuPercent,
  });
}

/** Rings when the load balancer itself fails requests: no target, a broken or an overdue answer. */
export function balancerAlarm(
  scope: AlarmScope,
  { errorsPerMinute, loadBalancer }: { errorsPerMinute: number; loadBalancer: Input },
): void {
  alarm(scope, "errors", {
    severity: "page",
    runbook: "balancer",
    description: `The load balancer itself answers ${errorsPerMinute} requests a minute with 5xx`,
    metric: {
      namespace: "AWS/ApplicationELB",
      metricName: "HTTPCode_ELB_5XX_Count",
      dimensions: { LoadBalancer: loadBalancer },
      statistic: "Sum",
    },
    threshold: errorsPerMinute,
  });
}

/** Rings for each event that an EventBridge rule matched. */
export function eventAlarm(scope: AlarmScope, ruleName: Input): void {
  alarm(scope, "events", {
    severity: "ticket",
    runbook: "deployment",
    isEvent: true,
    description: "ECS gave up on a deployment; the log group of these events has the details",
    metric: {
      namespace: "AWS/Events",
      metricName: "TriggeredRules",
      dimensions: { RuleName: ruleName },
      statistic: "Sum",
    },
    threshold: 1,
  });
}

export function cacheMemoryAlarm(
  scope: AlarmScope,
  { cacheMemoryPercent, cacheNodeId }: { cacheMemoryPercent: number; cacheNodeId: Input },
): void {
  alarm(scope, "memory", {
    severity: "ticket",
    description: `Valkey has ${cacheMemoryPercent} % of its memory in use`,
    metric: {
      namespace: "AWS/ElastiCache",
      metricName: "DatabaseMemoryUsagePercentage",
      dimensions: { CacheClusterId: cacheNodeId },
      statistic: "Maximum",
    },
    threshold: cacheMemoryPercent,
  });
}

/** Rings when a table turned requests away, for reading or for writing. */
export function throttleAlarms(scope: AlarmScope, tableName: Input): void {
  for (const access of ["Read", "Write"])
    alarm(scope, `${access.toLowerCase()}-throttles`, {
      severity: "page",
      runbook: "throttles",
      description: `DynamoDB throttles: ${access.toLowerCase()}s are turned away`,
      metric: {
        namespace: "AWS/DynamoDB",
        metricName: `${access}ThrottleEvents`,
        dimensions: { TableName: tableName },
        statistic: "Sum",
      },
      threshold: 1,
    });
}

/** Rings when nobody in the world reaches a service; Route 53 keeps its metrics in one region. */
export function outsideAlarm(
  scope: AlarmScope,
  { healthCheckId, region }: { healthCheckId: Input; region: string },
): void {
  alarm(scope, "outside", {
    severity: "page",
    description: "From outside the service does not answer its public status",
    metric: {
      namespace: "AWS/Route53",
      metricName: "HealthCheckStatus",
      dimensions: { HealthCheckId: healthCheckId },
      statistic: "Minimum",
    },
    threshold: 1,
    rings: "below",
    missing: "breaching",
    region,
  });
}
