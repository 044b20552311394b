import { setTimeout as delay } from "node:timers/promises";

export interface PollOptions {
  /** What is waited for; completes "… within 5000 ms". */
  what: string;
  /** Default: 30 s, as a test machine may be busy. */
  timeoutMs?: number;
  intervalMs?: number;
}

/**
 * Asks again and again until `check` gives something other than undefined or false, and returns
 * that. A check that throws counts as "not yet". Rejects at the deadline with the last error as
 * its cause.
 */
export async function pollUntil<Result>(
  check: () => Promise<Result | undefined | false> | Result | undefined | false,
  { what, timeoutMs = 30_000, intervalMs = 20 }: PollOptions,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(intervalMs);
  }
  throw new Error(`${what}: not within ${timeoutMs} ms`, { cause });
}
