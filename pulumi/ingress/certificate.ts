import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface CertificateArgs {
  /** The names it covers, the first one in front. */
  names: readonly string[];
  zoneId: pulumi.Input<string>;
}

/**
 * A certificate that proves its names by records in their zone, and renews itself by them. Each
 * record belongs to its host: ACM gives its proofs as a set, and another name changes their order.
 */
export class Certificate extends pulumi.ComponentResource {
  /** Known once the certificate is issued. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Certificate", name, args, opts);
    const [domainName = "", ...subjectAlternativeNames] = args.names;

    const certificate = new aws.acm.Certificate(
      name,
      { domainName, subjectAlternativeNames, validationMethod: "DNS" },
      { parent: this },
    );
    const proofs = args.names.map((host, i) => {
      const option = certificate.domainValidationOptions.apply((options) =>
        options.find(({ domainName }) => domainName === host),
      );
      return new aws.route53.Record(
        `${name}-proof-${host}`,
        {
          zoneId: args.zoneId,
          name: option.apply((each) => each?.resourceRecordName ?? ""),
          type: option.apply((each) => each?.resourceRecordType ?? "CNAME"),
          records: [option.apply((each) => each?.resourceRecordValue ?? "")],
          ttl: 300,
          allowOverwrite: true,
        },
        { parent: this, aliases: [{ name: `${name}-proof-${i}` }] },
      );
    });
    const validation = new aws.acm.CertificateValidation(
      name,
      {
        certificateArn: certificate.arn,
        validationRecordFqdns: proofs.map((record) => record.fqdn),
      },
      { parent: this },
    );

    this.arn = validation.certificateArn;
    this.registerOutputs({ arn: this.arn });
  }
}
