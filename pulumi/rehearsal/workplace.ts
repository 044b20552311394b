import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import { serviceNames } from "../../shared/contract.ts";
import { root } from "../offline/stack-file.ts";

/** What the program needs of the repository; images are given, so no service is built. */
const copied = ["Pulumi.yaml", "package.json", "pulumi", "shared/contract.ts"];

/** A copy of the program in a folder of its own, with a state and secrets of its own. */
export interface Workplace {
  directory: string;
  environment: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

/** @throws when there is no such stack. */
export async function createWorkplace(
  stack: string,
  emulatorUrl: string,
  environment: NodeJS.ProcessEnv,
): Promise<Workplace> {
  const directory = await mkdtemp(path.join(tmpdir(), "page-services-rehearsal-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const file = `Pulumi.${stack}.yaml`;
    const text = await readFile(path.join(root, file), "utf8").catch(() => {
      throw new Error(`There is no ${file}.`);
    });
    const notPackages = (source: string) => !source.endsWith("node_modules");
    for (const name of copied)
      await cp(path.join(root, name), path.join(directory, name), {
        recursive: true,
        filter: notPackages,
      });
    await symlink(path.join(root, "node_modules"), path.join(directory, "node_modules"));
    await mkdir(path.join(directory, "state"));
    await writeFile(path.join(directory, file), rehearsedStack(text, emulatorUrl));
    const own = rehearsalEnvironment(environment, { directory, emulatorUrl });
    return { directory, environment: own, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** An image by digest that does not exist: nothing pulls it where no container runs. */
export function imaginaryImage(character: string): string {
  return `123456789012.dkr.ecr.eu-west-1.amazonaws.com/rehearsal@sha256:${character.repeat(64)}`;
}

/** The stack file with the emulator for AWS, and images that need no build. */
export function rehearsedStack(text: string, emulatorUrl: string): string {
  const { config } = parse(text) as { config: Record<string, unknown> };
  const names = [...serviceNames, ...("page-services:prometheus" in config ? ["prometheus"] : [])];
  const services = ["acm", "appautoscaling", "cloudwatch", "cloudwatchevents", "cloudwatchlogs"];
  const others = ["dynamodb", "ec2", "ecr", "ecs", "elasticache", "elbv2", "iam", "route53", "s3"];
  const endpoints = [...services, ...others, "secretsmanager", "sns", "sts", "wafv2"];
  return stringify({
    config: {
      ...config,
      "aws:endpoints": [Object.fromEntries(endpoints.map((name) => [name, emulatorUrl]))],
      "aws:s3UsePathStyle": true,
      "aws:skipCredentialsValidation": true,
      "aws:skipMetadataApiCheck": true,
      "aws:skipRegionValidation": true,
      "page-services:images": Object.fromEntries(names.map((name) => [name, imaginaryImage("a")])),
    },
  });
}

/** Nothing of an account of anybody: keys, passphrase and state are made up for this one run. */
export function rehearsalEnvironment(
  environment: NodeJS.ProcessEnv,
  { directory, emulatorUrl }: { directory: string; emulatorUrl: string },
): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !/^(AWS_|PULUMI_(ACCESS|BACKEND|CONFIG|STACK))/.test(name),
  );
  const madeUp = () => randomBytes(20).toString("hex");
  return {
    ...Object.fromEntries(kept),
    PULUMI_BACKEND_URL: `file://${path.join(directory, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: madeUp(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    AWS_ENDPOINT_URL: emulatorUrl,
    AWS_ACCESS_KEY_ID: madeUp(),
    AWS_SECRET_ACCESS_KEY: madeUp(),
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
