import { Counter, Gauge, type Registry } from "prom-client";
import type { ActiveStreams } from "./active-streams.ts";

export interface StreamMetrics {
  /** To be told of each request that the store's absence failed. */
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
