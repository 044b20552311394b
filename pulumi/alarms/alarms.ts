import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";

type Input = pulumi.Input<string>;

/** Which numbers an alarm watches: one metric, or an expression over several. */
interface Metric {
  namespace: string;
  metricName: string;
  dimensions?: Record<string, Input>;
  /** `Sum`, `Average`, …, or a percentile such as `p95`. */
  statistic: string;
}

/** What an alarm watches, and when it rings: in two of three minutes. */
interface Watch {
  description: string;
  metric: Metric | { metrics: Record<string, Metric>; expression: string };
  /** Rings at or above it, or below it. */
  threshold: number;
  rings?: "below";
  /** What no data means; by default that there was no traffic, which is no fault. */
  missing?: "breaching";
  dependsOn?: pulumi.Resource;
}

export type Thresholds = Config["alarms"];

/** Everything that the alarms of one part have in common. */
export interface AlarmScope {
  name: string;
  topicArn: Input;
  parent: pulumi.Resource;
}

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
      description: `${errorPercent} % of the requests or more fail, at least ${errorsPerMinute} a minute`,
      metric: {
        metrics: { failures: { ...args.failures, statistic: "Sum" }, requests },
        expression: `IF(failures >= ${errorsPerMinute}, 100 * failures / requests, 0)`,
      },
      threshold: errorPercent,
    }),
    latency: alarm(scope, "latency", {
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
    description: "A task does not answer its health check",
    metric: { ...target, metricName: "UnHealthyHostCount", statistic: "Maximum" },
    threshold: 1,
  });
  // A schedule may take all tasks away on purpose.
  if (args.mayRest) return;
  alarm(scope, "outage", {
    description: "No healthy task is left: every request to the service fails",
    // Each zone tells its own count, and one without tasks may tell 0.
    metric: { ...target, metricName: "HealthyHostCount", statistic: "Maximum" },
    threshold: 1,
    rings: "below",
    missing: "breaching",
    dependsOn: args.service,
  });
}

/** Refused logins a minute that no forgetful user makes. */
const REFUSED_LOGINS_A_MINUTE = 100;

/** Rings when somebody tries passwords. */
export function loginAlarm(
  scope: AlarmScope,
  metric: Pick<Metric, "namespace" | "metricName">,
): void {
  alarm(scope, "logins", {
    description: `${REFUSED_LOGINS_A_MINUTE} logins a minute or more have a wrong password`,
    metric: { ...metric, statistic: "Sum" },
    threshold: REFUSED_LOGINS_A_MINUTE,
  });
}

export function cpuAlarm(
  scope: AlarmScope,
  { cpuPercent, dimensions }: { cpuPercent: number; dimensions: Record<string, Input> },
): void {
  alarm(scope, "cpu", {
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

function alarm(scope: AlarmScope, what: string, watch: Watch): aws.cloudwatch.MetricAlarm {
  // A single event is a single data point: two of three would never see it.
  const needed = what === "events" ? 1 : 2;
  return new aws.cloudwatch.MetricAlarm(
    `${scope.name}-${what}`,
    {
      ...watched(watch.metric),
      threshold: watch.threshold,
      alarmDescription: watch.description,
      comparisonOperator:
        watch.rings === "below" ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
      evaluationPeriods: needed === 1 ? 1 : 3,
      datapointsToAlarm: needed,
      treatMissingData: watch.missing ?? "notBreaching",
      alarmActions: [scope.topicArn],
      okActions: [scope.topicArn],
    },
    { parent: scope.parent, ...(watch.dependsOn && { dependsOn: watch.dependsOn }) },
  );
}

function watched(metric: Watch["metric"]): Partial<aws.cloudwatch.MetricAlarmArgs> {
  if (!("expression" in metric)) {
    const { statistic, ...rest } = metric;
    const kind = statistic.startsWith("p") ? { extendedStatistic: statistic } : { statistic };
    return { ...rest, ...kind, period: 60 };
  }
  const sources = Object.entries(metric.metrics).map(([id, { statistic, ...rest }]) => ({
    id,
    metric: { ...rest, stat: statistic, period: 60 },
  }));
  const { expression } = metric;
  return {
    metricQueries: [...sources, { id: "watched", expression, label: expression, returnData: true }],
  };
}
