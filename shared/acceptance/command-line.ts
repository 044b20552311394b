import { setTimeout as delay } from "node:timers/promises";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { Target } from "./target.ts";

/** Why the command cannot begin; its message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * The system named on the command line, once it answers.
 *
 * @param name of the npm script, for the usage
 * @throws UsageError when the address is missing or none, or when nothing answers there
 */
export async function findTarget(name: string, args: readonly string[]): Promise<Target> {
  const { url, waitSeconds } = readArguments(name, args);
  const target = new Target(url, process.env["API_KEY"]);
  await answer(target, performance.now() + waitSeconds * 1_000);
  return target;
}

function readArguments(name: string, args: readonly string[]) {
  const usage = `npm run ${name} -- <url> [--wait <seconds>], such as http://localhost:8080`;
  const options = { wait: { type: "string", default: "0" } } satisfies ParseArgsOptionsConfig;
  try {
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [url = ""] = positionals;
    const isUsable = /^https?:\/\/[^/]+\/?$/.test(url) && /^\d{1,4}$/.test(values.wait);
    if (isUsable && positionals.length === 1) return { url, waitSeconds: Number(values.wait) };
  } catch {
    // An option that is none: the usage says which there are.
  }
  throw new UsageError(`Usage: ${usage}`);
}

/** Any answer will do; the checks tell what is wrong with it. */
async function answer(target: Target, deadlineMs: number): Promise<void> {
  for (;;) {
    try {
      await target.send({ method: "GET", path: "/counter/status" });
      return;
    } catch (error) {
      if (performance.now() >= deadlineMs) throw unreachable(target, error);
      await delay(1_000);
    }
  }
}

function unreachable({ url }: Target, error: unknown): UsageError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UsageError(
    `Nothing answers at ${url} (${reason}). Start the system with \`npm start\`, or name the ` +
      "address of its load balancer.",
  );
}

/** Runs a command: its code becomes the process's, and a usage error is printed without a stack. */
export async function runCommand(command: () => Promise<boolean>): Promise<void> {
  try {
    process.exitCode = (await command()) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
