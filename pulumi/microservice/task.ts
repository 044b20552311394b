import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountId } from "../account.ts";
import type { Config } from "../config/parse.ts";
import { collectorDefinition } from "./collector.ts";
import { containerDefinition, type ContainerArgs } from "./container.ts";
import { pullGrant, secretGrant, startGrants } from "./grants.ts";
import type { Image } from "./image.ts";
import type { Secret } from "../data/secret.ts";
import { assumedBy, policyDocument, type Statement } from "../policy-document.ts";

export interface TaskArgs {
  config: Pick<Config, "name" | "region" | "logDays" | "protect" | "cluster">;
  size: { cpu: number; memory: number };
  image: Image;
  container: Pick<ContainerArgs, "port" | "user" | "healthCommand" | "command" | "writable">;
  environment: pulumi.Input<Record<string, string>>;
  /** Environment name → secret. */
  secrets: Readonly<Record<string, Secret>>;
  /** Image of a collector of traces beside it; undefined for none. */
  collectorImage?: string | undefined;
  /** All that the container itself may do. */
  grants: Statement<pulumi.Input<string>>[];
}

/** The policies of a role by their names. */
type Policies = Record<string, Statement<pulumi.Input<string>>[]>;

/** A task definition with the log group it writes to and the two roles it runs under. */
export class Task extends pulumi.ComponentResource {
  readonly definitionArn: pulumi.Output<string>;
  readonly logGroup: aws.cloudwatch.LogGroup;

  constructor(name: string, args: TaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Task", name, {}, opts);
    const { config, size, container } = args;

    this.logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/ecs/${config.name}/${name}`, retentionInDays: config.logDays },
      { parent: this },
    );
    const trust = this.#trust(config.region);
    const execution = this.#role(`${name}-execution`, trust, this.#startPolicies(name, args));
    const own = this.#role(`${name}-task`, trust, { [`${name}-task`]: args.grants });

    this.definitionArn = new aws.ecs.TaskDefinition(
      name,
      {
        family: `${config.name}-${name}`,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: `${size.cpu}`,
        memory: `${size.memory}`,
        runtimePlatform: {
          operatingSystemFamily: "LINUX",
          cpuArchitecture: config.cluster.architecture.toUpperCase(),
        },
        executionRoleArn: execution.role.arn,
        taskRoleArn: own.role.arn,
        volumes: (container.writable ?? []).map(({ volume }) => ({ name: volume })),
        containerDefinitions: this.#containers(name, args),
        // Old revisions stay to go back to; where nothing is protected, nothing stays.
        skipDestroy: config.protect,
      },
      // A task must not start before its roles may do what they are for.
      { parent: this, dependsOn: [...execution.policies, ...own.policies] },
    ).arn;
    this.registerOutputs({ definitionArn: this.definitionArn });
  }

  /**
   * A policy for each need: one that goes, as when the cache is turned off or a secret is renamed, is
   * deleted at the end of the update, after the last task that has it. One that shrank, or named the
   * new secret alone, would stop a rollback.
   */
  #startPolicies(name: string, { image, secrets }: TaskArgs): Policies {
    const { otherRepositoryArn: other } = image;
    const repository = other?.split(":").slice(3).join("-").replaceAll("/", "-") ?? "";
    const read = Object.values(secrets).map((secret) => [
      `${name}-execution-${secret.name}`,
      [secretGrant<pulumi.Input<string>>(secret.arn)],
    ]);
    return {
      [`${name}-execution`]: startGrants<pulumi.Input<string>>({
        repositoryArn: image.repositoryArn,
        logGroupArn: this.logGroup.arn,
        logStreamArns: pulumi.interpolate`${this.logGroup.arn}:*`,
      }),
      ...(other && { [`${name}-execution-${repository}`]: [pullGrant(other)] }),
      ...(Object.fromEntries(read) as Policies),
    };
  }

  #trust(region: string): pulumi.Output<string> {
    const account = accountId(this);
    const sourceArn = pulumi.interpolate`arn:aws:ecs:${region}:${account}:*`;
    return pulumi.jsonStringify(assumedBy("ecs-tasks.amazonaws.com", { account, sourceArn }));
  }

  /** A policy without statements is none: such a role may do nothing. */
  #role(name: string, assumeRolePolicy: pulumi.Output<string>, policies: Policies) {
    const role = new aws.iam.Role(name, { assumeRolePolicy }, { parent: this });
    const inline = Object.entries(policies)
      .filter(([, statements]) => statements.length > 0)
      .map(
        ([policy, statements]) =>
          new aws.iam.RolePolicy(
            policy,
            { role: role.id, policy: pulumi.jsonStringify(policyDocument(statements)) },
            { parent: this },
          ),
      );
    return { role, policies: inline };
  }

  #containers(name: string, args: TaskArgs): pulumi.Output<string> {
    const references = Object.entries(args.secrets).map(
      ([variable, secret]) => [variable, secret.reference] as const,
    );
    const { region } = args.config;
    return pulumi
      .all([args.image.uri, args.environment, Object.fromEntries(references), this.logGroup.name])
      .apply(([image, environment, secrets, group]) => {
        const log = { group, region };
        const own = { ...args.container, name, image, environment, secrets, log };
        const { collectorImage } = args;
        return JSON.stringify([
          containerDefinition(own),
          ...(collectorImage === undefined
            ? []
            : [collectorDefinition({ image: collectorImage, log })]),
        ]);
      });
  }
}
