import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import path from "node:path";

export interface CommandResult {
  code: number;
  stdout: string;
  /** What went to both streams, in the order it came. */
  output: string;
}

export interface CommandOptions {
  directory: string;
  environment: NodeJS.ProcessEnv;
  timeoutMs: number;
}

/** Runs a program to its end; after the timeout it is killed, and its code is 124. */
export function runCommand(
  program: string,
  args: readonly string[],
  { directory, environment, timeoutMs }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      if (late) output += `\nKilled after ${timeoutMs / 1000} s.`;
      resolve({ code: late ? 124 : (code ?? 1), stdout, output });
    });
  });
}

/** The first executable of that name on a PATH; undefined when there is none. */
export async function findOnPath(
  name: string,
  searchPath: string | undefined,
): Promise<string | undefined> {
  for (const folder of (searchPath ?? "").split(path.delimiter)) {
    const file = path.join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && found) return file;
  }
  return undefined;
}
