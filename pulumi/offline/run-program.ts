import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { type Deployment, OfflineMonitor } from "./engine/monitor.ts";
import type { Recording } from "./recording.ts";
import { root, type StackFile } from "./stack-file.ts";

/**
 * Runs the program as the CLI would, in a process of its own and through the SDK's own runner, but
 * against the offline monitor. Touches nothing but loopback. What the program prints is passed on.
 * The program is that of this working tree, unless another copy's directory is given.
 */
export async function runProgram(
  { project, stack, values }: StackFile,
  trouble: Pick<Deployment, "rolledBack" | "replaced"> = {},
  directory = root,
): Promise<Recording> {
  const programDirectory = path.join(directory, "pulumi");
  const region = values["aws:region"] ?? "";
  const monitor = new OfflineMonitor({ project, stack, region, ...trouble });
  const address = await monitor.listen();
  try {
    const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run");
    const engine = ["--monitor", address, "--engine", address, "--dry-run", "--parallel", "16"];
    const names = ["--organization", "offline", "--project", project, "--stack", stack];
    const places = ["--root-directory", directory, "--pwd", programDirectory];
    const program = [runner, ...engine, ...names, ...places, "."];
    const child = spawn(process.execPath, [...nodeOptions, ...program], {
      cwd: programDirectory,
      env: { ...withoutAws(process.env), ...configuration(values) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const [code] = (await once(child, "exit")) as [number | null];
    return { ...monitor.recording, exitCode: code ?? 1 };
  } finally {
    monitor.close();
  }
}

/**
 * Each resource notes where it was made. The runner reads that through source maps, a fifth of the run;
 * a program whose types Node removes in place needs none.
 */
const nodeOptions = [
  "--stack-trace-limit=3",
  "--import",
  'data:text/javascript,Object.defineProperty(Error,"prepareStackTrace",{get(){},set(){}})',
];

function configuration(values: StackFile["values"]): NodeJS.ProcessEnv {
  return {
    PULUMI_CONFIG: JSON.stringify(values),
    PULUMI_CONFIG_SECRET_KEYS: "[]",
    // A quarter less to compute, from the second run on.
    NODE_COMPILE_CACHE: path.join(root, "node_modules/.cache/offline-preview"),
  };
}

/** Nothing of an account may reach a program that needs none. */
function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith("AWS_"));
  return Object.fromEntries(kept);
}
