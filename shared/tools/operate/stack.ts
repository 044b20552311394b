import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Why a command cannot go on; its message is one line that says what to do. */
export class OperateFault extends Error {
  override readonly name = "OperateFault";
}

/** Outputs of the Pulumi program, as `pulumi/index.ts` exports them. */
export interface StackOutputs {
  url: string;
  /** By service, as are the next two. */
  serviceUrls: Record<string, string>;
  /** Names of the ECS services in the cluster. */
  ecsServices: Record<string, string>;
  /** Prometheus has one as well. */
  logGroups: Record<string, string>;
  clusterName: string;
  region: string;
  dashboardUrl: string;
  /** `off` without Prometheus. */
  prometheusUrl: string;
}

const where = {
  aws: "see https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
  pulumi: "npm ci brings it",
} as const;

/**
 * Runs a command: its code becomes the process's. `--help` prints the usage, and a fault, on one line,
 * ends with code 2.
 *
 * @param run is given what the command line has after the options
 */
export async function runOperateCommand(
  usage: string,
  run: (args: readonly string[]) => Promise<number>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    console.log(usage);
    return;
  }
  try {
    const option = args.find((arg) => arg.startsWith("-"));
    if (option !== undefined) throw new OperateFault(`Unknown option ${option}. ${usage}`);
    process.exitCode = await run(args);
  } catch (error) {
    if (!(error instanceof OperateFault)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

/** @throws OperateFault without the CLI, without the stack, or when it was never deployed */
export async function readOutputs(stack: string): Promise<StackOutputs> {
  const text = await capture("pulumi", ["stack", "output", "--json", "--stack", stack]);
  const outputs = JSON.parse(text) as Partial<StackOutputs>;
  if (outputs.url !== undefined) return outputs as StackOutputs;
  throw new OperateFault(`The stack ${stack} is not deployed: npm run up -- ${stack}`);
}

/** What the stack has for a service. @throws OperateFault that names those it has */
export function ofService(known: Record<string, string>, service: string): string {
  const found = Object.entries(known).find(([name]) => name === service);
  if (found !== undefined) return found[1];
  throw new OperateFault(`No service ${service}; there are ${Object.keys(known).join(", ")}.`);
}

/** What a CLI prints. @throws OperateFault with its own reason, and what it did before, when it fails */
export async function capture(program: keyof typeof where, args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args)).stdout;
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    const lines = stderr.split("\n").filter((line) => line.trim() !== "");
    const reason = lines.find((line) => line.includes("error")) ?? lines.slice(-2).join(" ");
    throw reason === ""
      ? explainStart(program, error)
      : new OperateFault(`${program}: ${reason.replace(`${program}: `, "")}`);
  }
}

/** What kept a CLI from starting, as a person needs to read it. */
export function explainStart(program: keyof typeof where, error: unknown): unknown {
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  if (!isMissing) return error;
  return new OperateFault(`${program} is not on the PATH: ${where[program]}`);
}
