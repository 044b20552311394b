import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";

export type NetworkArgs = Pick<Config, "network" | "region" | "prometheus">;

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
    const { cidr, availabilityZones, nat } = config.network;

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

    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.registerOutputs({ vpcId: this.vpcId });
  }
}

function endpoints({ region, network, prometheus }: NetworkArgs) {
  const serviceName = (service: string) => `com.amazonaws.${region}.${service}`;
  const gateways = gatewayServices.map((service) => ({ serviceName: serviceName(service) }));
  if (network.nat !== "none") return gateways;
  // Prometheus finds the tasks through the API of ECS.
  const interfaces = [...interfaceServices, ...(prometheus ? ["ecs"] : [])];
  return [
    ...gateways,
    ...interfaces.map((service) => ({
      serviceName: serviceName(service),
      vpcEndpointType: "Interface",
    })),
  ];
}
