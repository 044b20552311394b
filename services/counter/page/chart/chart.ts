/** Hits of spans of time that follow each other. */
export interface Series {
  /** Oldest first; the last one is still running. */
  counts: readonly number[];
  /** Length of a span, in milliseconds: ten seconds, or a day. */
  stepMs: number;
  /** RFC 3339, UTC: a time in the last span. */
  to: string;
}

export interface Bar {
  /** Start of its span, in epoch milliseconds. */
  from: number;
  count: number;
  /** Percent of the scale. */
  height: number;
}

export interface Chart {
  bars: readonly Bar[];
  /** Counts of the grid's lines, two or three, the lowest first; the last one is the full height. */
  lines: readonly number[];
  peak: number;
  total: number;
}

/**
 * Lays the bars out. The scale is the least that the highest bar fits into, of those whose lines have
 * round numbers; at least 4.
 *
 * The page's script runs the functions of this file too, from their source text: they name nothing
 * outside themselves.
 */
export function layOutChart({ counts, stepMs, to }: Series): Chart {
  const last = Math.floor(Date.parse(to) / stepMs);
  const peak = Math.max(0, ...counts);
  const power = 10 ** Math.floor(Math.log10(Math.max(4, peak)));
  const scales = [power / 10, power].flatMap((unit) =>
    [1, 2, 3, 4, 5, 6, 8].flatMap((step) => [2, 3].map((lines) => ({ step: step * unit, lines }))),
  );
  const { step, lines } = scales
    .filter(({ step, lines }) => step * lines >= Math.max(4, peak) && step % 1 === 0)
    .reduce((best, each) => (each.step * each.lines < best.step * best.lines ? each : best));
  return {
    bars: counts.map((count, index) => ({
      from: (last - counts.length + 1 + index) * stepMs,
      count,
      // One view stays visible beside a thousand.
      height: count === 0 ? 0 : Math.max(2, (100 * count) / (step * lines)),
    })),
    lines: Array.from({ length: lines }, (_, line) => step * (line + 1)),
    peak,
    total: counts.reduce((sum, count) => sum + count, 0),
  };
}

/** A bar in words: `12:03:10 UTC, 4 minutes ago: 12 views`, or `Tue 24 Nov 2026: 1 view`. */
export function describeBar({ from, count }: Bar, { stepMs, to }: Series): string {
  const views = `${count.toLocaleString("en-US")} ${count === 1 ? "view" : "views"}`;
  const time = new Date(from);
  if (stepMs >= 86_400_000) {
    const day = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
    return `${time.toLocaleDateString("en-GB", { ...day, timeZone: "UTC" })}: ${views}`;
  }
  const seconds = Math.floor((Date.parse(to) - from) / stepMs) * 10;
  const minutes = Math.floor(seconds / 60);
  const past = minutes > 0 ? `${minutes} ${minutes === 1 ? "minute" : "minutes"}` : `${seconds} s`;
  const ago = seconds === 0 ? "now" : `${past} ago`;
  return `${time.toISOString().slice(11, 19)} UTC, ${ago}: ${views}`;
}

/** The chart in a sentence: what is read while no bar is. */
export function describeChart({ peak }: Chart, { stepMs }: Series): string {
  const span = stepMs >= 86_400_000 ? "a day" : "10 seconds";
  return peak === 0 ? "No views" : `At most ${peak.toLocaleString("en-US")} in ${span}`;
}
