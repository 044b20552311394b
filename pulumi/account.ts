import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** The AWS account of the deployment: policies admit its own resources only. */
export function accountId(parent: pulumi.Resource): pulumi.Output<string> {
  return aws.getCallerIdentityOutput({}, { parent }).accountId;
}
