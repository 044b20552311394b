import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CapacityStrategy, Cluster } from "../cluster.ts";
import type { SecurityGroup } from "../network/security-group.ts";
import type { Network } from "../network/network.ts";
import { refuseRollback } from "./rollback.ts";
import type { ListenerRules } from "./listener-rules.ts";
import type { Task } from "./task.ts";

export interface FargateServiceArgs {
  cluster: Cluster;
  network: Network;
  securityGroup: SecurityGroup;
  task: Task;
  listenerRules: ListenerRules;
  strategies: CapacityStrategy[];
  /** Tasks to start with; from then on the autoscaler decides. */
  initialTasks: number;
  /** Share of tasks that a deployment keeps running, and goes up to. */
  deploymentPercent: { min: number; max: number };
  /** Alarms that turn a deployment back. */
  rollbackAlarms: aws.cloudwatch.MetricAlarm[];
  /** Whether one may open a shell in its containers. */
  exec: boolean;
  /** Tags of the service, by which Prometheus knows it. */
  tags: Record<string, string>;
}

/**
 * An ECS service on Fargate that deploys without downtime, turns a bad deployment back and then
 * fails the `pulumi up` that brought it.
 */
export function fargateService(
  name: string,
  args: FargateServiceArgs,
  parent: pulumi.Resource,
): aws.ecs.Service {
  return new aws.ecs.Service(
    name,
    {
      cluster: args.cluster.arn,
      taskDefinition: args.task.definitionArn,
      capacityProviderStrategies: args.strategies,
      // Without it, another strategy would replace the service.
      forceNewDeployment: true,
      desiredCount: args.initialTasks,
      deploymentMinimumHealthyPercent: args.deploymentPercent.min,
      deploymentMaximumPercent: args.deploymentPercent.max,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      ...(args.rollbackAlarms.length > 0 && { alarms: rollbackOn(args.rollbackAlarms) }),
      availabilityZoneRebalancing: args.deploymentPercent.max > 100 ? "ENABLED" : "DISABLED",
      healthCheckGracePeriodSeconds: 60,
      networkConfiguration: {
        subnets: args.network.privateSubnetIds,
        securityGroups: [args.securityGroup.groupId],
        assignPublicIp: false,
      },
      loadBalancers: [
        {
          targetGroupArn: args.listenerRules.targetGroup.arn,
          containerName: name,
          containerPort: args.listenerRules.port,
        },
      ],
      enableExecuteCommand: args.exec,
      propagateTags: "SERVICE",
      enableEcsManagedTags: true,
      waitForSteadyState: true,
      sigintRollback: true,
      tags: args.tags,
    },
    {
      parent,
      dependsOn: [...args.listenerRules.rules, args.cluster.capacityProviders],
      ignoreChanges: ["desiredCount"],
      hooks: { afterCreate: [refuseRollback], afterUpdate: [refuseRollback] },
      customTimeouts: { create: "20m", update: "30m", delete: "20m" },
    },
  );
}

function rollbackOn(alarms: aws.cloudwatch.MetricAlarm[]) {
  return { enable: true, rollback: true, alarmNames: alarms.map((alarm) => alarm.name) };
}
