import type { Target } from "../target.ts";

/** One thing that a caller may rely on. */
export interface Check {
  /** A plain sentence in the present tense. */
  title: string;
  /** @throws Error that says what was expected and what came */
  run: (target: Target) => Promise<unknown>;
}

export interface Suite {
  name: string;
  checks: readonly Check[];
}

export interface Outcome {
  passed: number;
  /** The suite and the title of each check that failed. */
  failed: readonly string[];
}

export function check(title: string, run: Check["run"]): Check {
  return { title, run };
}

/** A check that is not repeated for a target that has passed it: what it does is limited there. */
export function checkOnce(title: string, run: Check["run"]): Check {
  const passed = new WeakSet<Target>();
  return check(title, async (target) => {
    if (passed.has(target)) return;
    await run(target);
    passed.add(target);
  });
}

/** Runs all checks one after the other, whatever fails, and writes a line for each. */
export async function runSuites(
  target: Target,
  suites: readonly Suite[],
  write: (line: string) => void,
): Promise<Outcome> {
  const failed: string[] = [];
  let passed = 0;
  for (const { name, checks } of suites) {
    write(`\n${name}`);
    for (const { title, run } of checks) {
      const startedMs = performance.now();
      const fault = await run(target).then(() => undefined, describeFault);
      const tookMs = Math.round(performance.now() - startedMs);
      write(`  ${fault === undefined ? "✓" : "✗"} ${title} (${tookMs} ms)`);
      if (fault !== undefined) write(fault.replaceAll(/^/gm, "      "));
      if (fault === undefined) passed += 1;
      else failed.push(`${name}: ${title}`);
    }
  }
  return { passed, failed };
}

/** The message, and its cause: `fetch failed` alone says nothing. */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
