import { logLevels } from "../../../kit/process/log.ts";
import { printable } from "./printable.ts";

export type LogLevel = (typeof logLevels)[number];

export interface LogLineOptions {
  /** Which process wrote it. */
  source: string;
  /** Lines below this level are not shown. */
  least: LogLevel;
  /** Where traces can be seen, each below this by its id; undefined where there are none. */
  tracesUrl?: string | undefined;
}

/** Shown already, or the same in every line. */
const OMITTED = new Set(["level", "time", "msg", "err", "service", "instance"]);

/**
 * A line of a service's log as one line for people: `12:00:01 catalog WARN redis is away …`;
 * undefined when it is below the level. What is no log line, as the trace of a crash, stays as it is.
 */
export function formatLogLine(line: string, options: LogLineOptions): string | undefined {
  const { source, least, tracesUrl } = options;
  const entry = parseObject(line);
  if (entry === undefined) return printable(`${source}: ${line}`);
  const { level, time, msg, err } = entry;
  if (logLevels.indexOf(level as LogLevel) < logLevels.indexOf(least)) return undefined;
  const fields = Object.entries(entry)
    .filter(([name]) => !OMITTED.has(name))
    .map(([name, value]) =>
      name === "trace_id" && tracesUrl !== undefined
        ? `trace=${tracesUrl}/${show(value)}`
        : `${name}=${show(value)}`,
    );
  const clock = show(time).slice("2026-01-01T".length, "2026-01-01T00:00:00".length);
  const head = [clock, source, show(level).toUpperCase(), show(msg)];
  return printable([...head, ...describeError(err), ...fields].join(" "));
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function describeError(error: unknown): readonly string[] {
  if (typeof error !== "object" || error === null) return [];
  const { type = "Error", message = "" } = error as { type?: string; message?: string };
  return [`(${type}: ${message})`];
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}
