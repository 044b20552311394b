import { setTimeout as delay } from "node:timers/promises";
import { describeFault } from "./checks/check.ts";

export interface WatchOptions {
  /** Checks everything once; resolves with what fails, and rejects when nothing can be asked. */
  check: () => Promise<readonly string[]>;
  /** From the end of one check to the begin of the next. */
  everyMs: number;
  /** Aborted when it is to end; a check that is under way is still finished. */
  signal: AbortSignal;
  print: (line: string) => void;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Checks again and again, and prints a line whenever what fails is not what failed before.
 *
 * @returns whether nothing failed at the end
 */
export async function watch(options: WatchOptions): Promise<boolean> {
  const { check, everyMs, signal, print, now } = options;
  let before: string | undefined;
  do {
    const failing = await check().catch((error: unknown) => [describeFault(error)]);
    const line = failing.length === 0 ? "all is well" : `failing: ${failing.join("; ")}`;
    if (line !== before) print(`${new Date(now()).toISOString()} ${line}`);
    before = line;
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  } while (!signal.aborted);
  return before === "all is well";
}
