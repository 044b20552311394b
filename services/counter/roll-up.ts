import type { Log } from "../../shared/kit/process/log.ts";

/** Pause between the end of a roll-up and the next one. */
const ROLL_UP_MS = 10_000;

export interface RollUp {
  /** Ends the rounds; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/** Rolls up every ten seconds; a round that fails is logged, and caught up with by the next one. */
export function startRollUp(rollUp: () => Promise<void>, log: Log): RollUp {
  let round = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = () => {
    timer = setTimeout(() => {
      round = rollUp()
        .catch((error: unknown) => {
          log.warn({ err: error }, "counts were not rolled up; the next round does it");
        })
        .finally(schedule);
    }, ROLL_UP_MS).unref();
  };
  schedule();
  return {
    async stop() {
      clearTimeout(timer);
      await round;
      clearTimeout(timer);
    },
  };
}
