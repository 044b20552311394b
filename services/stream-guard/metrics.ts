import { Counter, Gauge, type Registry } from "prom-client";
import { CIRCUIT_STATES, type CircuitState } from "../../shared/kit/resilience/circuit.ts";
import type { ActiveStreams } from "./active-streams.ts";

export interface StreamMetrics {
  /** Counts a request that failed because the store did not answer. */
  storeFailed(): void;
}

/** What the gauges read when they are asked. */
export interface StreamGauges {
  active: Pick<ActiveStreams, "count">;
  unclaimed: { count: number };
  breaker: { state: CircuitState };
}

/** The service's own metrics; what was answered is in `http_request_duration_seconds`. */
export function createStreamMetrics(
  registry: Registry,
  { active, unclaimed, breaker }: StreamGauges,
): StreamMetrics {
  const publish = (name: string, read: () => number, { help }: { help: string }) =>
    new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        this.set(read());
      },
    });
  publish("active_streams", () => active.count, {
    help: "Streams this process heard of in the last third of a lease; their sum is the fleet's.",
  });
  publish("stream_unclaimed_slots", () => unclaimed.count, {
    help: "Starts that nobody heard of, whose slots are still to be given back.",
  });
  publish("stream_circuit_state", () => CIRCUIT_STATES.indexOf(breaker.state), {
    help: "Circuit breaker of DynamoDB: 0 closed, 1 open, 2 half-open.",
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
