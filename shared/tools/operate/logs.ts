/** `npm run logs -- <stack> [service]`: follows the logs of a deployment until Ctrl-C. */
import { ChildProcess } from "../local/processes/child-process.ts";
import { printable } from "../local/output/printable.ts";
import { explainStart, OperateFault, ofService, readOutputs, runOperateCommand } from "./stack.ts";

const usage = "Usage: npm run logs -- <stack> [service]   follows the logs until Ctrl-C; needs aws";

await runOperateCommand(usage, async ([stack, service, ...rest]) => {
  if (stack === undefined || rest.length > 0) throw new OperateFault(usage);
  const { logGroups, region } = await readOutputs(stack);
  const names = service === undefined ? Object.keys(logGroups) : [service];
  const tails = await Promise.all(
    names.map((name) => follow(ofService(logGroups, name), { name, region })),
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => void Promise.all(tails.map((tail) => tail.stop())));
  }
  const exits = await Promise.all(tails.map((tail) => tail.exited));
  return exits.every(({ code }) => code === 0) ? 0 : 1;
});

/** The CLI follows one group only: so there is one for each service. */
async function follow(group: string, { name, region }: { name: string; region: string }) {
  try {
    return await ChildProcess.start({
      name,
      command: "aws",
      args: ["logs", "tail", "--follow", "--region", region, group],
      env: process.env as Record<string, string>,
      // A log holds what callers sent: it must not steer the terminal.
      onLine: (line) => console.log(`${name.padEnd(13)} ${printable(line)}`),
    });
  } catch (error) {
    throw explainStart("aws", error);
  }
}
