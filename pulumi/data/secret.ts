import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface SecretArgs {
  description: string;
  /** What it holds; without, a random value is made once and kept. */
  value?: pulumi.Input<string>;
  /** Keeps a deleted secret recoverable for a month. */
  protect: boolean;
}

/** A value in Secrets Manager, which a container gets without the task definition showing it. */
export class Secret extends pulumi.ComponentResource {
  /** In the program; another name makes another secret. */
  readonly name: string;
  readonly arn: pulumi.Output<string>;
  readonly value: pulumi.Output<string>;
  /** For the `secrets` of a container; names the version, so that a new value rolls the tasks. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: SecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Secret", name, {}, opts);

    const secret = new aws.secretsmanager.Secret(
      name,
      { description: args.description, recoveryWindowInDays: args.protect ? 30 : 0 },
      { parent: this },
    );
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString: pulumi.secret(args.value ?? this.#random()) },
      // A random value comes new with every run; the first one stays.
      { parent: this, ignoreChanges: args.value === undefined ? ["secretString"] : [] },
    );

    this.name = name;
    this.arn = secret.arn;
    this.value = pulumi.secret(version.secretString.apply((value) => value ?? ""));
    this.reference = pulumi.interpolate`${secret.arn}:::${version.versionId}`;
    this.registerOutputs({});
  }

  /** 48 letters and digits, safe in a URL. */
  #random(): pulumi.Output<string> {
    const args = { passwordLength: 48, excludePunctuation: true };
    return aws.secretsmanager.getRandomPasswordOutput(args, { parent: this }).randomPassword;
  }
}
