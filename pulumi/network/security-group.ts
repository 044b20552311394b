import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface SecurityGroupArgs {
  vpcId: pulumi.Input<string>;
  description: string;
}

const everywhere = "0.0.0.0/0";

/** A security group that admits no traffic in either direction until it is opened. */
export class SecurityGroup extends pulumi.ComponentResource {
  readonly groupId: pulumi.Output<string>;
  readonly #name: string;

  constructor(name: string, args: SecurityGroupArgs, opts?: pulumi.ComponentResourceOptions) {
    const earlierNames = { aliases: [{ type: "page-services:index:Firewall" }] };
    super("page-services:index:SecurityGroup", name, args, pulumi.mergeOptions(earlierNames, opts));
    this.#name = name;
    this.groupId = new aws.ec2.SecurityGroup(name, { ...args }, { parent: this }).id;
    this.registerOutputs({ groupId: this.groupId });
  }

  /** Admits `other` on one port: an egress rule there, and an ingress rule here. */
  admit(other: SecurityGroup, port: number): void {
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

  /** Admits the internet on one port. */
  admitWorld(port: number): void {
    new aws.vpc.SecurityGroupIngressRule(
      `world-to-${this.#name}-${port}`,
      { securityGroupId: this.groupId, cidrIpv4: everywhere, ...tcp(port) },
      { parent: this },
    );
  }

  /** Opens the way to the AWS APIs: they answer on 443, at addresses that change. */
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
