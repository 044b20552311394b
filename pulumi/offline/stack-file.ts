import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";

/** The folder with Pulumi.yaml. */
export const root = path.resolve(import.meta.dirname, "../..");

/** What the CLI reads before it starts the program. */
export interface StackFile {
  project: string;
  stack: string;
  /** Every value by its full key, as text: objects as JSON. */
  values: Record<string, string>;
}

/** Reads Pulumi.yaml and Pulumi.<stack>.yaml. @throws when there is no such stack. */
export async function readStackFile(stack: string): Promise<StackFile> {
  const { name } = await readYaml<{ name: string }>("Pulumi.yaml");
  const { config = {} } = await readYaml<{ config?: Record<string, unknown> }>(
    `Pulumi.${stack}.yaml`,
  );
  const entries = Object.entries(config).map(([key, value]) => [
    key.includes(":") ? key : `${name}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { project: name, stack, values: Object.fromEntries(entries) as Record<string, string> };
}

async function readYaml<Content>(file: string): Promise<Content> {
  const text = await readFile(path.join(root, file), "utf8").catch(() => undefined);
  if (text === undefined) throw new Error(`There is no ${file} in ${root}.`);
  return parse(text) as Content;
}
