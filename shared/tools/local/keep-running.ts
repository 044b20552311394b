import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { describeExit, type ProcessExit } from "./processes/child-process.ts";
import type { ServerProcess } from "./processes/server-process.ts";

const FIRST_DELAY_MS = 250;
/** Also how long a server has to run before it counts as well again. */
const LONGEST_DELAY_MS = 10_000;

export interface KeepRunningOptions {
  /** Ends the watch, and the server with it. */
  signal: AbortSignal;
  /** Called for each end, and each restart that failed. */
  note: (text: string) => void;
}

/**
 * Starts a running server again whenever it ends by itself, as ECS does with a task, a little later
 * each time. Once the signal is aborted it stops the server, and resolves with how that ended.
 */
export async function keepRunning(
  server: ServerProcess,
  { signal, note }: KeepRunningOptions,
): Promise<ProcessExit> {
  const aborted = once(signal, "abort");
  let delayMs = FIRST_DELAY_MS;
  for (;;) {
    const startedAt = performance.now();
    const exit = await Promise.race([server.process.exited, aborted]);
    if (signal.aborted || Array.isArray(exit)) return server.stop();
    if (performance.now() - startedAt > LONGEST_DELAY_MS) delayMs = FIRST_DELAY_MS;
    note(`${server.name} ended (${describeExit(exit)}); starting it again in ${delayMs} ms`);
    const waited = await delay(delayMs, true, { signal }).catch(() => false);
    if (waited) await server.start().catch((error: unknown) => note(String(error)));
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
  }
}
