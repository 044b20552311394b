import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type ServiceName, serviceNames } from "../../contract.ts";
import { Target, TIMEOUT_MS } from "./target.ts";

const POLL_INTERVAL_MS = 500;

/** Why the command cannot begin; its message says what to do. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Somebody asked how the command is called; its message says it. */
class HelpRequest extends Error {}

/** Options that are whole numbers, each with its default. */
type Numbers = Readonly<Record<string, number>>;

/**
 * Reads `<url> [--wait <seconds>]` and the options of the command's own, and waits until every service
 * of the system there answers.
 *
 * @param command name of the npm script, for the usage
 * @throws UsageError when the command line is none, or when nothing answers
 */
export async function findTarget<N extends Numbers>(
  command: string,
  args: readonly string[],
  defaults: N,
): Promise<{ target: Target; numbers: N }> {
  if (args.includes("--help")) throw new HelpRequest(usageOf(command, { ...defaults, wait: 0 }));
  const { url, wait, ...numbers } = readArguments(command, args, { ...defaults, wait: 0 });
  const target = new Target(url, {
    apiKey: process.env["API_KEY"],
    userToken: process.env["USER_TOKEN"],
  });
  await waitUntilReady(target, performance.now() + wait * 1_000);
  return { target, numbers: numbers as unknown as N };
}

function readArguments<N extends Numbers>(command: string, args: readonly string[], defaults: N) {
  const entries = Object.entries(defaults);
  const options = Object.fromEntries(
    entries.map(([name, value]) => [name, { type: "string" as const, default: String(value) }]),
  );
  try {
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [url = "", ...rest] = positionals;
    const isUsable = /^https?:\/\/[^/]+\/?$/.test(url) && rest.length === 0;
    const numbers = Object.entries(values).map(([name, value]) => [name, Number(value)] as const);
    if (isUsable && numbers.every(([, value]) => Number.isInteger(value) && value >= 0)) {
      return { url, ...(Object.fromEntries(numbers) as N) };
    }
  } catch {
    // An option that is none: the usage says which there are.
  }
  throw new UsageError(usageOf(command, defaults));
}

function usageOf(command: string, defaults: Numbers): string {
  const options = Object.entries(defaults).map(([name, value]) => `[--${name} ${value}]`);
  return (
    `Usage: npm run ${command} -- <url> ${options.join(" ")}, ` +
    "where <url> is such as http://localhost:8080; API_KEY is the key for writes, " +
    "USER_TOKEN the token of a user, where the system knows its users by tokens"
  );
}

/** Past the deadline any answer will do; the checks tell what is wrong with it. */
async function waitUntilReady(target: Target, deadlineMs: number): Promise<void> {
  for (const service of serviceNames) {
    while (!(await isReady(target, service, deadlineMs))) await delay(POLL_INTERVAL_MS);
  }
}

async function isReady(target: Target, service: ServiceName, deadlineMs: number): Promise<boolean> {
  const isLate = () => performance.now() >= deadlineMs;
  try {
    const { status } = await target.send({ method: "GET", path: `/${service}/status` });
    return status === 200 || isLate();
  } catch (error) {
    if (isLate()) throw isTimeout(error) ? frozen(target, service) : unreachable(target, error);
    return false;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function frozen({ url }: Target, service: ServiceName): UsageError {
  return new UsageError(
    `${service} does not answer GET ${url}/${service}/status within ${TIMEOUT_MS / 1_000} s. ` +
      "Something takes the connection: look at that service's process and its log.",
  );
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
    if (error instanceof HelpRequest) {
      console.log(error.message);
      return;
    }
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
