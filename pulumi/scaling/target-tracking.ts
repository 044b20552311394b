import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceContract } from "../../shared/contract.ts";
import type { ScalingPolicyOf } from "../config/sections/scaling.ts";

/** Where the metrics of one service are to be found. */
export interface TrackingSource {
  /** `<load balancer>/<target group>`, for requests per target. */
  resourceLabel: pulumi.Input<string>;
  /** The service's traffic at the load balancer. */
  dimensions: Record<string, pulumi.Input<string>>;
  /** What the service itself publishes, and for which deployment. */
  metric: ServiceContract["scalingMetric"];
  deployment: string;
}

type Tracking = aws.types.input.appautoscaling.PolicyTargetTrackingScalingPolicyConfiguration;

/** Out quickly, in slowly; of several tracked metrics ECS follows the highest demand. */
const cooldowns = { scaleOutCooldown: 60, scaleInCooldown: 300 };

/** The configuration that keeps one metric at the policy's value. */
export function tracking(
  policy: ScalingPolicyOf<"target" | "latency" | "metric">,
  source: TrackingSource,
): Tracking {
  switch (policy.kind) {
    case "target":
      return { ...cooldowns, ...predefined(policy, source) };
    case "latency":
      return { ...cooldowns, ...latency(policy, source) };
    case "metric":
      return { ...cooldowns, ...ownMetric(policy, source) };
  }
}

const predefinedMetrics = {
  cpu: "ECSServiceAverageCPUUtilization",
  memory: "ECSServiceAverageMemoryUtilization",
  requests: "ALBRequestCountPerTarget",
} as const;

function predefined(
  { metric, value }: ScalingPolicyOf<"target">,
  source: TrackingSource,
): Tracking {
  const predefinedMetricType = predefinedMetrics[metric];
  const label = metric === "requests" && { resourceLabel: source.resourceLabel };
  return {
    targetValue: value,
    predefinedMetricSpecification: { predefinedMetricType, ...label },
  };
}

/** The simple form of a metric knows no percentiles, the query does. */
function latency({ p95Seconds }: ScalingPolicyOf<"latency">, source: TrackingSource): Tracking {
  const dimensions = Object.entries(source.dimensions).map(([name, value]) => ({ name, value }));
  const metric = { namespace: "AWS/ApplicationELB", metricName: "TargetResponseTime", dimensions };
  const p95 = { id: "p95", metricStat: { metric, stat: "p95" }, returnData: true };
  return { targetValue: p95Seconds, customizedMetricSpecification: { metrics: [p95] } };
}

/** @throws when the contract names no metric; the configuration refuses that before. */
function ownMetric({ value }: ScalingPolicyOf<"metric">, source: TrackingSource): Tracking {
  const { metric, deployment } = source;
  if (metric === undefined) throw new Error("The service has no scalingMetric in the contract.");
  return {
    targetValue: value,
    customizedMetricSpecification: {
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: [{ name: "Deployment", value: deployment }],
      statistic: "Average",
    },
  };
}
