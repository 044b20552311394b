import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, serviceGrant } from "../policy-document.ts";

export interface AccessLogsArgs {
  /** Days after which a log is deleted. */
  days: number;
  region: string;
  account: pulumi.Input<string>;
}

/**
 * A private bucket that the load balancers of this account and region may write to. It goes with
 * its logs: whoever turns them off keeps none.
 */
export class AccessLogs extends pulumi.ComponentResource {
  /** Known once the load balancer may write: it tries as soon as it is configured. */
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: AccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:AccessLogs", name, {}, opts);
    const parent = { parent: this };

    const bucket = new aws.s3.Bucket(name, { forceDestroy: true }, parent);
    new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket: bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      parent,
    );
    // The load balancer writes to buckets encrypted by S3's own keys only.
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket: bucket.id,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      },
      parent,
    );
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket: bucket.id,
        rules: [{ id: "expire", status: "Enabled", filter: {}, expiration: { days: args.days } }],
      },
      parent,
    );
    const policy = new aws.s3.BucketPolicy(
      name,
      { bucket: bucket.id, policy: pulumi.jsonStringify(bucketPolicy(bucket.arn, args)) },
      parent,
    );

    this.bucket = policy.bucket;
    this.registerOutputs({});
  }
}

function bucketPolicy(bucketArn: pulumi.Output<string>, { account, region }: AccessLogsArgs) {
  const objects = pulumi.interpolate`${bucketArn}/*`;
  const balancers = pulumi.interpolate`arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/*`;
  const write = serviceGrant({
    service: "logdelivery.elasticloadbalancing.amazonaws.com",
    action: "s3:PutObject",
    resource: pulumi.interpolate`${bucketArn}/AWSLogs/${account}/*`,
    condition: { ArnLike: { "aws:SourceArn": balancers } },
  });
  const onlyByTls = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, objects],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  return policyDocument<object>([write, onlyByTls]);
}
