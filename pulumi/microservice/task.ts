import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";
import { containerDefinition, type ContainerArgs } from "./container.ts";
import { assumedByTasks, policyDocument, startGrants, type Statement } from "./grants.ts";
import type { Image } from "./image.ts";
import type { Secret } from "../data/secret.ts";

export interface TaskArgs {
  config: Pick<Config, "name" | "region" | "logDays" | "protect" | "cluster">;
  size: { cpu: number; memory: number };
  image: Image;
  container: Pick<ContainerArgs, "port" | "user" | "healthCommand" | "command" | "writable">;
  environment: pulumi.Input<Record<string, string>>;
  /** Environment name → secret. */
  secrets: Readonly<Record<string, Secret>>;
  /** All that the container itself may do. */
  grants: Statement<pulumi.Input<string>>[];
}

type Policy = ReturnType<typeof policyDocument<pulumi.Input<string>>>;

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
    const execution = this.#role(`${name}-execution`, policyDocument(this.#startGrants(args)));
    const own = this.#role(`${name}-task`, policyDocument(args.grants));

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
        volumes: container.writable ? [{ name: container.writable.volume }] : [],
        containerDefinitions: this.#containers(name, args),
        // Old revisions stay to go back to; where nothing is protected, nothing stays.
        skipDestroy: config.protect,
      },
      // A task must not start before its roles may do what they are for.
      { parent: this, dependsOn: [...execution.policies, ...own.policies] },
    ).arn;
    this.registerOutputs({ definitionArn: this.definitionArn });
  }

  #startGrants({ image, secrets }: TaskArgs): Statement<pulumi.Input<string>>[] {
    return startGrants<pulumi.Input<string>>({
      repositoryArns: image.repositoryArns,
      logGroupArn: this.logGroup.arn,
      logStreamArns: pulumi.interpolate`${this.logGroup.arn}:*`,
      secretArns: Object.values(secrets).map((secret) => secret.arn),
    });
  }

  /** A policy without statements is none: such a role may do nothing. */
  #role(name: string, policy: Policy) {
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: JSON.stringify(assumedByTasks) },
      { parent: this },
    );
    if (policy.Statement.length === 0) return { role, policies: [] };
    const inline = new aws.iam.RolePolicy(
      name,
      { role: role.id, policy: pulumi.jsonStringify(policy) },
      { parent: this },
    );
    return { role, policies: [inline] };
  }

  #containers(name: string, args: TaskArgs): pulumi.Output<string> {
    const references = Object.entries(args.secrets).map(
      ([variable, secret]) => [variable, secret.reference] as const,
    );
    const { region } = args.config;
    return pulumi
      .all([args.image.uri, args.environment, Object.fromEntries(references), this.logGroup.name])
      .apply(([image, environment, secrets, group]) =>
        JSON.stringify([
          containerDefinition({
            ...args.container,
            name,
            image,
            environment,
            secrets,
            log: { group, region },
          }),
        ]),
      );
  }
}
