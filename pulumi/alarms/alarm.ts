import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export type Input = pulumi.Input<string>;

/** Which numbers an alarm watches: one metric, or an expression over several. */
export interface Metric {
  namespace: string;
  metricName: string;
  dimensions?: Record<string, Input>;
  /** `Sum`, `Average`, …, or a percentile such as `p95`. */
  statistic: string;
}

/** Everything that the alarms of one part have in common. */
export interface AlarmScope {
  name: string;
  topics: Topics;
  /** Where RUNBOOK.md is to be read. */
  runbookUrl: string;
  parent: pulumi.Resource;
}

/** What an alarm watches, and when it rings: in two of three minutes. */
export interface Watch {
  /** Whether somebody is woken, or looks at it in the morning. */
  severity: keyof Topics;
  description: string;
  /** Heading of its paragraph in RUNBOOK.md; by default what the alarm is called. */
  runbook?: string;
  metric: Metric | { metrics: Record<string, Metric>; expression: string };
  /** Rings at or above it, or below it. */
  threshold: number;
  rings?: "below";
  /** True when a single minute is enough, as for a single event: two of three would never see it. */
  isEvent?: boolean;
  /** What no data means; by default that there was no traffic, which is no fault. */
  missing?: "breaching";
  dependsOn?: pulumi.Resource;
  /** Where it is, if not in the stack's region. */
  region?: string;
}

/** Where an alarm goes, by how much it hurries. */
export interface Topics {
  page: Input;
  ticket: Input;
}

/** One alarm, called by its scope and by what it tells of. */
export function alarm(scope: AlarmScope, what: string, watch: Watch): aws.cloudwatch.MetricAlarm {
  const { severity, description, runbook = what, isEvent = false, missing, region } = watch;
  const actions = [scope.topics[severity]];
  return new aws.cloudwatch.MetricAlarm(
    `${scope.name}-${what}`,
    {
      ...watched(watch.metric),
      threshold: watch.threshold,
      alarmDescription: `${description}. What to do: ${scope.runbookUrl}#${runbook}`,
      comparisonOperator:
        watch.rings === "below" ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
      evaluationPeriods: isEvent ? 1 : 3,
      datapointsToAlarm: isEvent ? 1 : 2,
      treatMissingData: missing ?? "notBreaching",
      alarmActions: actions,
      okActions: actions,
      ...(region !== undefined && { region }),
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
