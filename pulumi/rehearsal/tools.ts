import { readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../offline/stack-file.ts";
import { type CommandOptions, type CommandResult, findOnPath, runCommand } from "./command.ts";
import { Missing } from "./missing.ts";

/** Runs the Pulumi CLI. */
export type Pulumi = (...args: string[]) => Promise<CommandResult>;

const plugins = ["aws", "awsx", "docker-build"];

/** The CLI on the PATH, or the package's, which downloads it. @throws Missing when neither runs. */
export async function findPulumi(options: CommandOptions): Promise<Pulumi> {
  const packaged = path.join(root, "node_modules/.bin");
  const folders = (options.environment["PATH"] ?? "").split(path.delimiter);
  const others = folders.filter((folder) => !folder.endsWith("node_modules/.bin"));
  const program =
    (await findOnPath("pulumi", others.join(path.delimiter))) ?? path.join(packaged, "pulumi");
  const pulumi: Pulumi = (...args) => runCommand(program, [...args, "--non-interactive"], options);
  const { code, output } = await pulumi("version");
  if (code !== 0)
    throw new Missing(
      "The Pulumi CLI",
      `put pulumi on the PATH; the package pulumi could not download it (${lastLine(output)})`,
    );
  return pulumi;
}

/** Makes sure of the plugins, in the versions of the packages. @throws Missing for the first one. */
export async function ensurePlugins(
  pulumi: Pulumi,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const found = [];
  for (const name of plugins) {
    const version = await versionOf(name);
    const onPath = await findOnPath(`pulumi-resource-${name}`, environment["PATH"]);
    found.push(`${name} ${onPath === undefined ? version : "from the PATH"}`);
    if (onPath !== undefined) continue;
    // Does nothing when it is installed already.
    const { code, output } = await pulumi("plugin", "install", "resource", name, version);
    if (code !== 0)
      throw new Missing(
        `The plugin pulumi-resource-${name} ${version}`,
        `put it on the PATH; it could not be downloaded (${lastLine(output)})`,
      );
  }
  return found.join(", ");
}

async function versionOf(name: string): Promise<string> {
  const file = path.join(root, "node_modules/@pulumi", name, "package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}
