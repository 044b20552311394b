import { Counter, Gauge, type Registry } from "prom-client";
import type { HitBatch } from "./counter.ts";

/** What the counter tells Prometheus beside what every service does. */
export interface CounterMetrics {
  counted: (batch: HitBatch) => void;
  storeCalled: () => void;
  numbersSkipped: (numbers: number) => void;
  loginRefused: () => void;
  sessionsWritten: (records: number) => void;
  sessionsDropped: (records: number) => void;
  /** Hits a second since it was last asked. */
  readHitsPerSecond: () => number;
}

export interface MetricsOptions {
  registry: Registry;
  /** Connections that follow a count now. */
  listeners: () => number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export function createCounterMetrics({ registry, listeners, now }: MetricsOptions): CounterMetrics {
  const count = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
  const hits = count("counter_hits_total", "Hits counted by this instance.");
  const bots = count("counter_bots_total", "Openings by known bots.");
  const calls = count("counter_store_calls_total", "Calls of the store that counts.");
  const skipped = count("counter_skipped_numbers_total", "Most numbers that no hit will have.");
  const refused = count("counter_logins_refused_total", "Logins with a wrong email or password.");
  const written = count("counter_sessions_written_total", "Session records written.");
  const dropped = count("counter_sessions_dropped_total", "Session records dropped.");
  new Gauge({
    name: "counter_listeners",
    help: "Connections that follow a count live.",
    registers: [registry],
    collect() {
      this.set(listeners());
    },
  });
  let recent = 0;
  let sinceMs = now();
  return {
    counted(batch) {
      hits.inc(batch.hits);
      bots.inc(batch.bots);
      recent += batch.hits;
    },
    storeCalled: () => calls.inc(),
    numbersSkipped: (numbers) => skipped.inc(numbers),
    loginRefused: () => refused.inc(),
    sessionsWritten: (records) => written.inc(records),
    sessionsDropped: (records) => dropped.inc(records),
    readHitsPerSecond() {
      const seconds = Math.max((now() - sinceMs) / 1_000, 1);
      const rate = recent / seconds;
      recent = 0;
      sinceMs = now();
      return rate;
    },
  };
}
