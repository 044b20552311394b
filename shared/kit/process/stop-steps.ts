import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "./log.ts";

/** The last steps of a process in their order, each under the name that the log calls it by. */
export type StopSteps = Record<string, () => unknown>;

export interface StopStepsOptions {
  /** Longest time for all of them together, in milliseconds. */
  withinMs: number;
  log: Log;
}

/**
 * Runs every step, whatever happens to the others.
 *
 * A step may take its share of the time that is left; what it does not need goes to the next ones.
 * One that fails, or does not end in its share, is named in the log and left behind.
 *
 * @returns true when every step ended well
 */
export async function runStopSteps(steps: StopSteps, options: StopStepsOptions): Promise<boolean> {
  const { withinMs, log } = options;
  const endMs = performance.now() + withinMs;
  let isClean = true;
  let left = Object.keys(steps).length;
  for (const [step, run] of Object.entries(steps)) {
    const shareMs = (endMs - performance.now()) / left;
    left -= 1;
    try {
      await endWithin(run, shareMs);
    } catch (error) {
      isClean = false;
      log.error({ step, err: error }, "a step of the stop did not end well");
    }
  }
  return isClean;
}

async function endWithin(run: () => unknown, ms: number): Promise<void> {
  const timer = new AbortController();
  const cut = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`expected an end within ${Math.round(ms)} ms, cut it`);
  });
  // Aborting the timer rejects it, after the race is decided.
  cut.catch(() => undefined);
  try {
    await Promise.race([Promise.try(run), cut]);
  } finally {
    timer.abort();
  }
}
