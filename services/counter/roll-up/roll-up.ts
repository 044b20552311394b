import type { Log } from "../../../shared/kit/process/log.ts";

/** Pause between the end of a roll-up and the next one. */
const ROLL_UP_MS = 10_000;

export interface RollUp {
  /** Ends the rounds; resolves when the calls of the one under way have ended. */
  stop: () => Promise<void>;
}

/**
 * Rolls up every ten seconds; a round that fails is logged, and caught up with by the next one.
 *
 * @param rollUp one round; begins no further call once the signal is aborted
 */
export function startRollUp(rollUp: (signal: AbortSignal) => Promise<void>, log: Log): RollUp {
  const ending = new AbortController();
  let round = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = () => {
    timer = setTimeout(() => {
      round = rollUp(ending.signal)
        .catch((error: unknown) => {
          if (!ending.signal.aborted)
            log.warn({ err: error }, "counts were not rolled up; the next round does it");
        })
        .finally(schedule);
    }, ROLL_UP_MS).unref();
  };
  schedule();
  return {
    async stop() {
      clearTimeout(timer);
      ending.abort();
      await round;
      clearTimeout(timer);
    },
  };
}
