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

interface ProjectFile {
  name: string;
}

interface ConfigFile {
  config?: Record<string, unknown> | null;
}

/** Reads Pulumi.yaml and Pulumi.<stack>.yaml. @throws when there is no such stack, or no YAML in it. */
export async function readStackFile(stack: string, directory = root): Promise<StackFile> {
  const read = (file: string) => readFile(path.join(directory, file), "utf8");
  const { name } = parse(await read("Pulumi.yaml")) as ProjectFile;
  const text = await read(`Pulumi.${stack}.yaml`).catch(() => {
    throw new Error(`There is no Pulumi.${stack}.yaml.`);
  });
  const entries = Object.entries(configOf(text, stack)).map(([key, value]) => [
    key.includes(":") ? key : `${name}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { project: name, stack, values: Object.fromEntries(entries) as Record<string, string> };
}

/** A new stack's file may be empty, or have keys without values. */
function configOf(text: string, stack: string): Record<string, unknown> {
  try {
    const file = parse(text) as ConfigFile | null;
    return file?.config ?? {};
  } catch (error) {
    const [reason] = String(error).split("\n");
    throw new Error(`Pulumi.${stack}.yaml is no YAML: ${reason}`, { cause: error });
  }
}
