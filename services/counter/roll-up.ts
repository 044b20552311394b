import type { Log } from "../../shared/kit/process/log.ts";
import { ROLL_UP_MS } from "./estimates.ts";

export interface RollUp {
  /** Ends the rounds, after a last one. */
  stop(): Promise<void>;
}

/** Rolls up every ten seconds; a round that fails is logged, and caught up with by the next one. */
export function startRollUp(rollUp: () => Promise<void>, log: Log): RollUp {
  const round = () =>
    rollUp().catch((error: unknown) => {
      log.warn({ err: error }, "counts were not rolled up; the next round does it");
    });
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(round);
  }, ROLL_UP_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await round();
    },
  };
}
