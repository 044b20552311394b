import * as aws from "@pulumi/aws";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config/parse.ts";
import { repositoryArnOf } from "./grants.ts";

export interface ImageArgs {
  config: Pick<Config, "images" | "stack" | "cluster" | "protect">;
  /** How to build it, where the configuration names none. Paths are relative to this folder. */
  build: { context: string; dockerfile: string; args?: Record<string, string> };
}

export type ImageName = keyof Config["images"];

const platforms = { arm64: "linux/arm64", x86_64: "linux/amd64" } as const;

/** Enough to go back to, and an end to what storage costs. */
const keptPushes = 20;

/** ECR counts manifests: a push of the pipeline has an index, two platforms and their attestations. */
const manifestsOfPush = 5;

/** An ECR repository, and in it the image to run: given by its digest, or built and pushed here. */
export class Image extends pulumi.ComponentResource {
  /** By digest, so that a task definition always means the same image. */
  readonly uri: pulumi.Output<string>;
  readonly repositoryUrl: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;
  /** ARN of the other repository that a given image lies in. */
  readonly otherRepositoryArn: string | undefined;

  constructor(name: ImageName, args: ImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Image", name, {}, opts);
    const given = args.config.images[name];

    const repository = this.#repository(name, args);
    this.repositoryUrl = repository.repositoryUrl;
    this.repositoryArn = repository.arn;
    this.otherRepositoryArn = given === undefined ? undefined : repositoryArnOf(given);
    this.uri = given === undefined ? this.#build(name, args, repository) : pulumi.output(given);
    this.registerOutputs({ uri: this.uri });
  }

  #repository(name: ImageName, { config }: ImageArgs): aws.ecr.Repository {
    const repository = new aws.ecr.Repository(
      name,
      {
        name: `${config.stack}-${name}`,
        // The tag "latest" moves; what runs is named by digest.
        imageTagMutability: "MUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "AES256" }],
        forceDelete: !config.protect,
      },
      { parent: this },
    );
    const expireOld = {
      rulePriority: 1,
      description: `Keep the last ${keptPushes} pushes`,
      selection: {
        tagStatus: "any",
        countType: "imageCountMoreThan",
        countNumber: keptPushes * manifestsOfPush,
      },
      action: { type: "expire" },
    };
    new aws.ecr.LifecyclePolicy(
      name,
      { repository: repository.name, policy: JSON.stringify({ rules: [expireOld] }) },
      { parent: this },
    );
    return repository;
  }

  #build(
    name: ImageName,
    { config, build }: ImageArgs,
    repository: aws.ecr.Repository,
  ): pulumi.Output<string> {
    const login = aws.ecr.getAuthorizationTokenOutput(
      { registryId: repository.registryId },
      { parent: this },
    );
    const image = new dockerBuild.Image(
      name,
      {
        context: { location: build.context },
        dockerfile: { location: build.dockerfile },
        buildArgs: build.args ?? {},
        platforms: [platforms[config.cluster.architecture]],
        tags: [pulumi.interpolate`${repository.repositoryUrl}:latest`],
        registries: [
          {
            address: repository.repositoryUrl,
            username: login.userName,
            password: pulumi.secret(login.password),
          },
        ],
        // A preview neither builds nor pushes, and an update always does both.
        buildOnPreview: false,
        push: true,
      },
      { parent: this },
    );
    return image.ref;
  }
}
