// Lives the whole life of a stack against an emulator of AWS: npm run rehearse -- <stack>
import { performance } from "node:perf_hooks";
import { parse } from "yaml";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Emulator, startEmulator } from "./emulator.ts";
import { Missing } from "./missing.ts";
import { Failed, type Stage, steps } from "./steps.ts";
import { runStackCommand } from "../offline/stack-command.ts";
import { ensurePlugins, findPulumi } from "./tools.ts";
import { createWorkplace, type Workplace } from "./workplace.ts";

const exitCodes = { done: 0, failed: 1, missing: 3 } as const;
/** The longest that one command may take; a Valkey needs minutes even where it is imaginary. */
const timeoutMs = 15 * 60_000;

await runStackCommand({
  usage: "Usage: npm run rehearse -- <stack>   its whole life against an emulator of AWS",
  run: rehearse,
});

async function rehearse(stack: string): Promise<number> {
  let emulator: Emulator | undefined;
  let workplace: Workplace | undefined;
  try {
    emulator = await startEmulator(process.env);
    workplace = await createWorkplace(stack, emulator.url, process.env);
    console.log(`Rehearsal of ${stack} against ${emulator.description}`);
    const pulumi = await findPulumi({ ...workplace, timeoutMs });
    console.log(`  plugins: ${await ensurePlugins(pulumi, workplace.environment)}`);
    const isProtected = await guardsItsData(stack, workplace.directory);
    return await walk({ stack, pulumi, emulator, protected: isProtected });
  } catch (error) {
    if (error instanceof Missing) {
      console.log(`\nThe rehearsal cannot go on here. ${error.message}`);
      return exitCodes.missing;
    }
    console.log(error instanceof Error ? error.message : String(error));
    return exitCodes.failed;
  } finally {
    await workplace?.remove();
    await emulator?.stop();
  }
}

/** Walks the steps up to the first that fails, and says where that was. */
async function walk(stage: Stage): Promise<number> {
  const all = steps(stage);
  for (const [index, step] of all.entries()) {
    const start = performance.now();
    const line = (mark: string, text: string) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`  ${mark} ${step.title.padEnd(40)} ${seconds.padStart(6)} s  ${text}`.trimEnd());
    };
    try {
      line("✓", await step.run(stage));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      line("✗", "");
      console.log(`\n${error.message}\n\nStopped at step ${index + 1} of ${all.length}.`);
      return exitCodes.failed;
    }
  }
  console.log(`\nAll ${all.length} steps went well.`);
  return exitCodes.done;
}

async function guardsItsData(stack: string, directory: string): Promise<boolean> {
  const text = await readFile(path.join(directory, `Pulumi.${stack}.yaml`), "utf8");
  const { config } = parse(text) as { config: Record<string, unknown> };
  return config["page-services:protect"] !== false;
}
