import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ScalingPolicyOf } from "../config/sections/scaling.ts";

export interface StepScalingArgs {
  policy: ScalingPolicyOf<"step">;
  /** The service whose CPU is watched. */
  dimensions: Record<string, pulumi.Input<string>>;
  /** What is scaled. */
  target: Pick<
    aws.appautoscaling.PolicyArgs,
    "serviceNamespace" | "scalableDimension" | "resourceId"
  >;
  parent: pulumi.Resource;
}

/** One direction: what it adds, when its alarm rings, and how long it then rests. */
interface Step {
  name: string;
  adjustment: aws.types.input.appautoscaling.PolicyStepScalingPolicyConfigurationStepAdjustment;
  cooldownSeconds: number;
  comparisonOperator: string;
  threshold: number;
  minutes: number;
}

/** One task more after 2 busy minutes, one less after 5 idle ones. */
export function stepScaling(name: string, args: StepScalingArgs): void {
  const { outAtPercent, inBelowPercent } = args.policy;
  addStep(args, {
    name: `${name}-cpu-out`,
    adjustment: { metricIntervalLowerBound: "0", scalingAdjustment: 1 },
    cooldownSeconds: 60,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: outAtPercent,
    minutes: 2,
  });
  addStep(args, {
    name: `${name}-cpu-in`,
    adjustment: { metricIntervalUpperBound: "0", scalingAdjustment: -1 },
    cooldownSeconds: 300,
    comparisonOperator: "LessThanThreshold",
    threshold: inBelowPercent,
    minutes: 5,
  });
}

function addStep({ dimensions, target, parent }: StepScalingArgs, step: Step): void {
  const policy = new aws.appautoscaling.Policy(
    step.name,
    {
      ...target,
      policyType: "StepScaling",
      stepScalingPolicyConfiguration: {
        adjustmentType: "ChangeInCapacity",
        metricAggregationType: "Average",
        cooldown: step.cooldownSeconds,
        stepAdjustments: [step.adjustment],
      },
    },
    { parent },
  );
  new aws.cloudwatch.MetricAlarm(
    step.name,
    {
      alarmDescription: "Moves the number of tasks; it is no fault",
      namespace: "AWS/ECS",
      metricName: "CPUUtilization",
      dimensions,
      statistic: "Average",
      period: 60,
      evaluationPeriods: step.minutes,
      comparisonOperator: step.comparisonOperator,
      threshold: step.threshold,
      // The policy and nobody else: at the fewest tasks "too idle" is no news.
      alarmActions: [policy.arn],
    },
    { parent },
  );
}
