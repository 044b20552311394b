import { readFile } from "node:fs/promises";
import { type Dockerfile, DockerfileParser, type Instruction } from "dockerfile-ast";

/** The recipe of the services' images, as far as it can be read without a Docker engine. */
export async function readDockerfile(path: string): Promise<Dockerfile> {
  return DockerfileParser.parse(await readFile(path, "utf8"));
}

/** The options of Node with which the image starts its service. */
export function nodeOptionsOf(dockerfile: Dockerfile): readonly string[] {
  const [entrypoint = "[]"] = argumentsOf(stageOf(dockerfile), "ENTRYPOINT");
  const words = JSON.parse(entrypoint) as string[];
  return words.filter((word) => word.startsWith("-"));
}

/** The instructions of one stage, by its name; of the last one without a name. */
export function stageOf(dockerfile: Dockerfile, name?: string): readonly Instruction[] {
  const stages: Instruction[][] = [];
  for (const instruction of dockerfile.getInstructions()) {
    if (instruction.getKeyword() === "FROM") stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  const isNamed = ([from]: Instruction[]) =>
    from?.getArgumentsContent()?.endsWith(` AS ${name ?? ""}`) === true;
  return (name === undefined ? stages.at(-1) : stages.find(isNamed)) ?? [];
}

/** What follows a keyword, once for each time that it stands in the stage. */
export function argumentsOf(stage: readonly Instruction[], keyword: string): readonly string[] {
  return stage
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => instruction.getRawArgumentsContent() ?? "");
}

/**
 * Whether the build's context holds a file: the last line of `.dockerignore` that matches it, or a
 * folder above it, decides.
 *
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function createContextFilter(dockerignore: string): (path: string) => boolean {
  const rules = dockerignore
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({
      excludes: !line.startsWith("!"),
      pattern: compilePattern(line.replace(/^!/, "")),
    }));
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.excludes !== true;
}

/** `*` is any run of characters within a name, `**` any number of folders. */
function compilePattern(pattern: string): RegExp {
  const source = pattern
    .split("**/")
    .map((part) => RegExp.escape(part).replaceAll("\\*", "[^/]*"))
    .join("(?:.*/)?");
  return new RegExp(`^${source}(?:/.*)?$`);
}
