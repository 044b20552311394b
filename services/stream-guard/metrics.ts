import { Counter, Gauge, type Registry } from "prom-client";
import type { ActiveStreams } from "./active-streams.ts";

export interface StreamMetrics {
  /** Counts a request that failed because the store did not answer. */
  storeFailed(): void;
}

/** The service's own metrics; what was answered is in `http_request_duration_seconds`. */
export function createStreamMetrics(registry: Registry, active: ActiveStreams): StreamMetrics {
  new Gauge({
    name: "active_streams",
    help: "Streams this process heard of in the last third of a lease; their sum is the fleet's.",
    registers: [registry],
    collect() {
      this.set(active.count);
    },
  });
  const failures = new Counter({
    name: "stream_store_failures_total",
    help: "Requests refused with 503 because the store did not answer.",
    registers: [registry],
  });
  return {
    storeFailed() {
      failures.inc();
    },
  };
}
