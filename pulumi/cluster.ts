import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { container } from "../shared/contract.ts";
import type { Config } from "./config/parse.ts";
import { SecurityGroup } from "./network/security-group.ts";
import type { Ingress } from "./ingress/ingress.ts";
import type { Network } from "./network/network.ts";

export interface ClusterArgs {
  config: Pick<Config, "cluster">;
  network: Network;
  ingress: Ingress;
}

export interface CapacityStrategy {
  capacityProvider: string;
  base: number;
  weight: number;
}

/** The ECS cluster, and how its tasks are spread over On-Demand and Spot capacity. */
export class Cluster extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  /** Around the tasks of all services. */
  readonly securityGroup: SecurityGroup;
  readonly strategies: CapacityStrategy[];
  /** Services depend on it: otherwise `destroy` finds it in use. */
  readonly capacityProviders: aws.ecs.ClusterCapacityProviders;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Cluster", name, {}, opts);
    const { insights, capacity } = args.config.cluster;

    const cluster = new aws.ecs.Cluster(
      name,
      { settings: [{ name: "containerInsights", value: insights }] },
      { parent: this },
    );
    this.capacityProviders = new aws.ecs.ClusterCapacityProviders(
      name,
      { clusterName: cluster.name, capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
      { parent: this },
    );

    this.securityGroup = this.#securityGroup(args);

    this.arn = cluster.arn;
    this.clusterName = cluster.name;
    this.strategies = capacityStrategies(capacity);
    this.registerOutputs({ arn: this.arn });
  }

  #securityGroup({ network, ingress }: ClusterArgs): SecurityGroup {
    const args = { vpcId: network.vpcId, description: "Tasks of the services" };
    const securityGroup = new SecurityGroup("tasks", args, { parent: this });
    securityGroup.admit(ingress.securityGroup, container.port);
    securityGroup.reachApis();
    return securityGroup;
  }
}

/** Leaves out a provider with neither base nor weight: naming it would only cost a deployment. */
function capacityStrategies(capacity: Config["cluster"]["capacity"]): CapacityStrategy[] {
  const strategies = [
    { capacityProvider: "FARGATE", ...capacity.fargate },
    { capacityProvider: "FARGATE_SPOT", ...capacity.spot },
  ];
  return strategies.filter(({ base, weight }) => base > 0 || weight > 0);
}
