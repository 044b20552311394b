import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster.ts";
import type { ScalingPolicy, ScalingPolicyOf } from "../config/sections/scaling.ts";
import { stepScaling } from "./step-scaling.ts";
import { tracking, type TrackingSource } from "./target-tracking.ts";

export interface ScalingArgs {
  cluster: Cluster;
  service: aws.ecs.Service;
  tasks: { min: number; max: number };
  policies: readonly ScalingPolicy[];
  /** Where the policies find what they steer by. */
  source: TrackingSource;
}

/** Moves the number of tasks of one service between its bounds, by every policy it is given. */
export class Scaling extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #args: ScalingArgs;
  readonly #target: aws.appautoscaling.Target;

  constructor(name: string, args: ScalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Scaling", name, {}, opts);
    this.#name = name;
    this.#args = args;
    this.#target = this.#scalableTarget();
    args.policies.forEach((policy, i) => this.#apply(policy, i));
    this.registerOutputs({});
  }

  #scalableTarget(): aws.appautoscaling.Target {
    const { cluster, service, tasks, policies } = this.#args;
    const scheduled = policies.some(({ kind }) => kind === "schedule");
    return new aws.appautoscaling.Target(
      this.#name,
      {
        serviceNamespace: "ecs",
        scalableDimension: "ecs:service:DesiredCount",
        resourceId: pulumi.interpolate`service/${cluster.clusterName}/${service.name}`,
        minCapacity: tasks.min,
        maxCapacity: tasks.max,
        // Says what is the case anyway, so that the end of the last schedule is a change: the
        // provider then sends the bounds as well, and those of the schedule end with it.
        suspendedState: { scheduledScalingSuspended: !scheduled },
      },
      // A schedule moves the bounds; an update must not move them back.
      { parent: this, ignoreChanges: scheduled ? ["minCapacity", "maxCapacity"] : [] },
    );
  }

  #apply(policy: ScalingPolicy, i: number): void {
    if (policy.kind === "step") this.#step(policy);
    else if (policy.kind === "schedule") this.#schedule(policy, i);
    else this.#track(policy);
  }

  #step(policy: ScalingPolicyOf<"step">): void {
    const { cluster, service } = this.#args;
    const dimensions = { ClusterName: cluster.clusterName, ServiceName: service.name };
    stepScaling(this.#name, { policy, dimensions, target: this.#ofTarget(), parent: this });
  }

  #schedule({ cron, timezone, min, max }: ScalingPolicyOf<"schedule">, i: number): void {
    new aws.appautoscaling.ScheduledAction(
      `${this.#name}-schedule-${i}`,
      {
        ...this.#ofTarget(),
        schedule: `cron(${cron})`,
        timezone,
        scalableTargetAction: { minCapacity: min, maxCapacity: max },
      },
      { parent: this },
    );
  }

  #track(policy: ScalingPolicyOf<"target" | "latency" | "metric">): void {
    const what = policy.kind === "target" ? policy.metric : policy.kind;
    new aws.appautoscaling.Policy(
      `${this.#name}-${what}`,
      {
        ...this.#ofTarget(),
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: tracking(policy, this.#args.source),
      },
      { parent: this },
    );
  }

  #ofTarget() {
    const { serviceNamespace, scalableDimension, resourceId } = this.#target;
    return { serviceNamespace, scalableDimension, resourceId };
  }
}
