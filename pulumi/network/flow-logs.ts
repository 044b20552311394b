import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";
import { assumedBy, policyDocument, type Statement } from "../policy-document.ts";

export interface FlowLogsArgs {
  config: Pick<Config, "name" | "region">;
  account: pulumi.Input<string>;
  vpcId: pulumi.Input<string>;
  /** Days after which a record is deleted. */
  days: number;
}

/** Records who talked to whom inside the VPC, accepted and rejected. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:FlowLogs", name, {}, opts);
    const parent = { parent: this };
    const { config, account, days, vpcId } = args;

    const group = new aws.cloudwatch.LogGroup(
      name,
      { name: `/vpc/${config.name}`, retentionInDays: days },
      parent,
    );
    const sourceArn = pulumi.interpolate`arn:aws:ec2:${config.region}:${account}:vpc-flow-log/*`;
    const trust = assumedBy("vpc-flow-logs.amazonaws.com", { account, sourceArn });
    const role = new aws.iam.Role(name, { assumeRolePolicy: pulumi.jsonStringify(trust) }, parent);
    const write = ["CreateLogStream", "PutLogEvents", "DescribeLogStreams"];
    const grant = policyDocument<Statement<pulumi.Input<string>>>([
      {
        Effect: "Allow",
        Action: write.map((each) => `logs:${each}`),
        Resource: [group.arn, pulumi.interpolate`${group.arn}:*`],
      },
      // AWS asks for it, and a list is of no single log group.
      { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: "*" },
    ]);
    const policy = new aws.iam.RolePolicy(
      name,
      { role: role.id, policy: pulumi.jsonStringify(grant) },
      parent,
    );
    new aws.ec2.FlowLog(
      name,
      { vpcId, trafficType: "ALL", logDestination: group.arn, iamRoleArn: role.arn },
      { parent: this, dependsOn: policy },
    );
    this.registerOutputs({});
  }
}
