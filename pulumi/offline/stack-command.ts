import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { root } from "./stack-file.ts";

const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

export interface StackCommand {
  /** How it is called, and one line on what it does. */
  usage: string;
  /** Further options, each with a text as its value. */
  options?: readonly string[];
  /** @returns the exit code */
  run: (stack: string, options: Record<string, string | undefined>) => Promise<number>;
}

/**
 * Runs a command for the stack that the command line names; its code becomes the process's. `--help`
 * prints the usage; a command line that is wrong, or a stack without a file, ends with code 2, and what
 * went wrong for a reason to name with code 1, without a stack trace.
 */
export async function runStackCommand({ usage, options = [], run }: StackCommand): Promise<void> {
  if (process.argv.includes("--help")) {
    console.log(usage);
    return;
  }
  const parsed = readCommandLine(options);
  if (typeof parsed === "string") {
    console.error(`${parsed} ${usage}`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  try {
    process.exitCode = await run(parsed.stack, parsed.values);
  } catch (error) {
    // A plain error was made for the person who ran the command; any other is a fault of ours.
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    console.error(error.message);
    process.exitCode = EXIT_FAILED;
  }
}

/** @returns the stack and the options, or what is wrong with them */
function readCommandLine(names: readonly string[]) {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const stacks = stackNames();
    const [stack, ...rest] = positionals;
    if (stack === undefined) return `Say which stack: ${stacks.join(", ")}.`;
    if (rest.length > 0) return `Expected one stack, got ${positionals.join(", ")}.`;
    if (stacks.includes(stack)) return { stack, values };
    return `There is no Pulumi.${stack}.yaml; the stacks are ${stacks.join(", ")}.`;
  } catch (error) {
    // The rest of the parser's message explains how to pass a positional.
    const [reason = ""] = error instanceof Error ? error.message.split(". ", 1) : [];
    return `${reason.replace(/\.$/, "")}.`;
  }
}

function stackNames(): readonly string[] {
  const files = globSync("Pulumi.*.yaml", { cwd: root });
  return files.map((file) => file.slice("Pulumi.".length, -".yaml".length)).sort();
}
