/** Views in one second; seconds without any are left out. */
export interface SecondCount {
  /** RFC 3339, UTC. */
  time: string;
  count: number;
}

export interface Bar {
  /** Start of its ten seconds, in epoch milliseconds. */
  from: number;
  count: number;
  /** Percent of the scale. */
  height: number;
}

export interface Chart {
  /** Oldest first. */
  bars: readonly Bar[];
  /** What the full height stands for: a round number, at least 4. */
  scale: number;
  /** Views in all bars. */
  total: number;
  /** Views in the 60 s that end with `to`. */
  lastMinute: number;
}

/**
 * Sums up the ten minutes that end with `to` (RFC 3339) in 60 bars of ten seconds. The bars follow
 * the clock, so that a finished one never changes again; only the last one still grows.
 *
 * The page's script runs this function too, from its source text: it names nothing outside itself.
 */
export function layOutChart(history: readonly SecondCount[], to: string): Chart {
  const barMs = 10_000;
  const counts = Array.from({ length: 60 }, () => 0);
  const end = Date.parse(to);
  const oldest = Math.floor(end / barMs) - counts.length + 1;
  let lastMinute = 0;
  for (const { time, count } of history) {
    const bar = Math.floor(Date.parse(time) / barMs) - oldest;
    if (bar in counts) counts[bar] = (counts[bar] ?? 0) + count;
    if (end - Date.parse(time) < 60_000) lastMinute += count;
  }
  const highest = Math.max(4, ...counts);
  const power = 10 ** Math.floor(Math.log10(highest));
  const scale = power * ([1, 2, 3, 4, 6, 8].find((step) => step * power >= highest) ?? 10);
  const bars = counts.map((count, bar) => ({
    from: (oldest + bar) * barMs,
    count,
    // One view stays visible beside a thousand.
    height: count === 0 ? 0 : Math.max(2, (100 * count) / scale),
  }));
  return { bars, scale, lastMinute, total: counts.reduce((sum, count) => sum + count) };
}

/** A bar in words. Runs in the page too, as `layOutChart` does. */
export function describeBar({ from, count }: Bar): string {
  const time = new Date(from).toISOString().slice(11, 19);
  return `${time} UTC: ${count.toLocaleString("en-US")}`;
}

/** The chart in words, for those who do not see it. Runs in the page too, as `layOutChart` does. */
export function describeChart({ bars, total }: Chart): string {
  const highest = Math.max(...bars.map(({ count }) => count));
  return (
    `Views in the last 10 minutes, in steps of 10 seconds: ${total.toLocaleString("en-US")} ` +
    `in total, at most ${highest.toLocaleString("en-US")} in one step.`
  );
}
