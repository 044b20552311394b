/** `npm run shell -- <stack> <service>`: a shell in a running container, by ECS Exec. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  capture,
  explainStart,
  OperateFault,
  ofService,
  readOutputs,
  runOperateCommand,
} from "./stack.ts";

const usage =
  "Usage: npm run shell -- <stack> <service>   a shell in a running container; needs aws, its " +
  "Session Manager plugin, and cluster.exec in the stack's configuration";

await runOperateCommand(usage, async ([stack, service, ...rest]) => {
  if (stack === undefined || service === undefined || rest.length > 0) {
    throw new OperateFault(usage);
  }
  const { clusterName, ecsServices, region } = await readOutputs(stack);
  const cluster = ["--cluster", clusterName, "--region", region];
  const name = ofService(ecsServices, service);
  const task = await findTask([...cluster, "--service-name", name]);
  if (task === undefined) throw new OperateFault(`No task of ${service} runs in ${stack}.`);
  const container = ["--task", task, "--container", service];
  return open([...cluster, ...container, "--interactive", "--command", "/bin/sh"]);
});

async function findTask(args: string[]): Promise<string | undefined> {
  const list = ["ecs", "list-tasks", "--desired-status", "RUNNING", "--output", "json"];
  const { taskArns } = JSON.parse(await capture("aws", [...list, ...args])) as {
    taskArns: string[];
  };
  return taskArns[0];
}

/** Hands the terminal to the session, and resolves with its code. */
async function open(args: readonly string[]): Promise<number> {
  const child = spawn("aws", ["ecs", "execute-command", ...args], { stdio: "inherit" });
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return code ?? 1;
  } catch (error) {
    throw explainStart("aws", error);
  }
}
