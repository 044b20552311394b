import * as aws from "@pulumi/aws";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "./config/parse.ts";
import { repositoryArnOf } from "./grants.ts";

export interface ImageArgs {
  repositoryName: string;
  /** By digest; then nothing is built. */
  given?: string | undefined;
  /** How to build it otherwise; paths are relative to this folder. */
  build: { context: string; dockerfile: string; args?: Record<string, string> };
  architecture: Config["cluster"]["architecture"];
  protect: boolean;
}

const platforms = { arm64: "linux/arm64", x86_64: "linux/amd64" } as const;

/** Enough to go back to, and an end to what storage costs. */
const keptImages = 20;

/** An ECR repository, and in it the image to run: given by its digest, or built and pushed here. */
export class Image extends pulumi.ComponentResource {
  /** By digest, so that a task definition always means the same image. */
  readonly uri: pulumi.Output<string>;
  readonly repositoryUrl: pulumi.Output<string>;
  /** Repositories that a task has to pull from. */
  readonly repositoryArns: pulumi.Output<string>[];

  constructor(name: string, args: ImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Image", name, args, opts);

    const repository = this.#repository(name, args);
    const elsewhere = args.given === undefined ? undefined : repositoryArnOf(args.given);

    this.repositoryUrl = repository.repositoryUrl;
    this.repositoryArns = [repository.arn, ...(elsewhere ? [pulumi.output(elsewhere)] : [])];
    this.uri =
      args.given === undefined ? this.#build(name, args, repository) : pulumi.output(args.given);
    this.registerOutputs({ uri: this.uri });
  }

  #repository(name: string, { repositoryName, protect }: ImageArgs): aws.ecr.Repository {
    const repository = new aws.ecr.Repository(
      name,
      {
        name: repositoryName,
        // The tag "latest" moves; what runs is named by digest.
        imageTagMutability: "MUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "AES256" }],
        forceDelete: !protect,
      },
      { parent: this },
    );
    const expireOld = {
      rulePriority: 1,
      description: `Keep the last ${keptImages} images`,
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: keptImages },
      action: { type: "expire" },
    };
    new aws.ecr.LifecyclePolicy(
      name,
      { repository: repository.name, policy: JSON.stringify({ rules: [expireOld] }) },
      { parent: this },
    );
    return repository;
  }

  #build(name: string, args: ImageArgs, repository: aws.ecr.Repository): pulumi.Output<string> {
    const login = aws.ecr.getAuthorizationTokenOutput(
      { registryId: repository.registryId },
      { parent: this },
    );
    const image = new dockerBuild.Image(
      name,
      {
        context: { location: args.build.context },
        dockerfile: { location: args.build.dockerfile },
        buildArgs: args.build.args ?? {},
        platforms: [platforms[args.architecture]],
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
