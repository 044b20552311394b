import { pino } from "pino";

/** Structured log: one JSON line an event. */
export type Log = Pick<pino.Logger, "trace" | "debug" | "info" | "warn" | "error" | "fatal">;

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export interface LogOptions {
  level: (typeof logLevels)[number];
  service: string;
  instance: string;
}

/**
 * Writes to standard output; every line names the service and the instance.
 *
 * A line is written before the call returns: the last ones before an exit are never lost, and never
 * overtake each other, as those of a buffered log do.
 */
export function createLog({ level, service, instance }: LogOptions): Log {
  const options = {
    level,
    base: { service, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, pino.destination({ sync: true }));
}
