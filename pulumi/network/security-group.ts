import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface FirewallArgs {
  vpcId: pulumi.Input<string>;
  description: string;
}

const everywhere = "0.0.0.0/0";

/** A security group that lets nobody in and nothing out, except as it is told. */
export class Firewall extends pulumi.ComponentResource {
  readonly groupId: pulumi.Output<string>;
  readonly #name: string;

  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Firewall", name, args, opts);
    this.#name = name;
    this.groupId = new aws.ec2.SecurityGroup(name, { ...args }, { parent: this }).id;
    this.registerOutputs({ groupId: this.groupId });
  }

  /** Lets `other` reach this group on one port: a rule out of there, and a rule into here. */
  admit(other: Firewall, port: number): void {
    const name = `${other.#name}-to-${this.#name}`;
    const [from, to] = [other.groupId, this.groupId];
    new aws.vpc.SecurityGroupEgressRule(
      name,
      { securityGroupId: from, referencedSecurityGroupId: to, ...tcp(port) },
      { parent: other },
    );
    new aws.vpc.SecurityGroupIngressRule(
      name,
      { securityGroupId: to, referencedSecurityGroupId: from, ...tcp(port) },
      { parent: this },
    );
  }

  /** Lets the world in, on one port. */
  admitWorld(port: number): void {
    new aws.vpc.SecurityGroupIngressRule(
      `world-to-${this.#name}-${port}`,
      { securityGroupId: this.groupId, cidrIpv4: everywhere, ...tcp(port) },
      { parent: this },
    );
  }

  /** Lets this group out to the AWS APIs: they answer on 443, at addresses that change. */
  reachApis(): void {
    new aws.vpc.SecurityGroupEgressRule(
      `${this.#name}-to-apis`,
      { securityGroupId: this.groupId, cidrIpv4: everywhere, ...tcp(443) },
      { parent: this },
    );
  }
}

function tcp(port: number) {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}
