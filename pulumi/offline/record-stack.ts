import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Recording } from "./recording.ts";
import { runProgram } from "./run-program.ts";
import { readStackFile, root } from "./stack-file.ts";

const run = promisify(execFile);

export type RecordedStack = Recording & { region: string };

/** Runs the program for a stack of this working tree. @throws when it fails, with its reasons. */
export function recordWorkingTree(stack: string): Promise<RecordedStack> {
  return record(stack, root);
}

/**
 * The same for another revision of the repository: its program, its stack file, with today's
 * packages and today's monitor. @throws when there is no such revision, or its program fails.
 */
export async function recordRevision(stack: string, revision: string): Promise<RecordedStack> {
  const { stdout } = await run("git", ["rev-parse", "--verify", `${revision}^{commit}`], {
    cwd: root,
  }).catch(() => {
    throw new Error(`There is no revision ${revision} here: fetch it first.`);
  });
  const directory = await mkdtemp(path.join(tmpdir(), "page-services-"));
  try {
    const archive = path.join(directory, "revision.tar");
    await run("git", ["archive", "--output", archive, stdout.trim()], { cwd: root });
    await run("tar", ["-xf", archive, "-C", directory]);
    await symlink(path.join(root, "node_modules"), path.join(directory, "node_modules"));
    return await record(stack, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function record(stack: string, directory: string): Promise<RecordedStack> {
  const file = await readStackFile(stack, directory);
  const recording = await runProgram(file, {}, directory);
  if (recording.exitCode !== 0) throw new Error(recording.complaints.join("\n"));
  return { ...recording, region: file.values["aws:region"] ?? "" };
}
