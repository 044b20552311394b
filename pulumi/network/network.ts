import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { accountId } from "../account.ts";
import type { Config } from "../config/parse.ts";
import { FlowLogs } from "./flow-logs.ts";

export type NetworkArgs = Pick<Config, "name" | "network" | "region" | "cluster" | "prometheus">;

const natStrategies = { perZone: "OnePerAz", single: "Single", none: "None" } as const;

/** Free of charge, and they keep the traffic of images and tables off the NAT gateways. */
const gatewayServices = ["s3", "dynamodb"];

/** What a task needs to start, when no NAT gateway leads to the public endpoints. */
const interfaceServices = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"];

/** A VPC over several zones: the load balancer in public subnets, everything else in private ones. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;

  constructor(name: string, config: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Network", name, {}, opts);
    const { cidr, availabilityZones, nat, flowLogDays } = config.network;

    const vpc = new awsx.ec2.Vpc(
      name,
      {
        cidrBlock: cidr,
        numberOfAvailabilityZones: availabilityZones,
        // A /18 a zone, so that two zones can become four without moving a subnet.
        availabilityZoneCidrMask: 18,
        subnetStrategy: "Auto",
        natGateways: { strategy: natStrategies[nat] },
        enableDnsHostnames: true,
        // "Legacy", the default, would leave a gateway endpoint without route tables.
        vpcEndpointStrategy: "Auto",
        vpcEndpointSpecs: endpoints(config),
      },
      { parent: this },
    );

    if (flowLogDays > 0)
      new FlowLogs(
        "flow-logs",
        { config, account: accountId(this), vpcId: vpc.vpcId, days: flowLogDays },
        { parent: this },
      );

    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.registerOutputs({ vpcId: this.vpcId });
  }
}

function endpoints({ region, network, cluster, prometheus }: NetworkArgs) {
  const serviceName = (service: string) => `com.amazonaws.${region}.${service}`;
  const gateways = gatewayServices.map((service) => ({ serviceName: serviceName(service) }));
  if (network.nat !== "none") return gateways;
  const interfaces = [
    ...interfaceServices,
    // Prometheus finds the tasks through ECS, and their addresses through EC2.
    ...(prometheus ? ["ecs", "ec2"] : []),
    ...(cluster.exec ? ["ssmmessages"] : []),
  ];
  return [
    ...gateways,
    ...interfaces.map((service) => ({
      serviceName: serviceName(service),
      vpcEndpointType: "Interface",
    })),
  ];
}
