import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Readiness } from "./operations.ts";

/** The registry of one process, with Node's own metrics in it. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** `store_up{store}`: whether each store answers the question that every scrape asks it. */
export function addStoreGauge(registry: Registry, readiness: Readiness): void {
  const gauge = new Gauge({
    name: "store_up",
    help: "1 when the store answered, 0 when it did not",
    labelNames: ["store"],
    registers: [registry],
    async collect() {
      const asked = Object.entries(readiness).map(async ([store, ask]) => {
        const isUp = await ask().then(
          () => 1,
          () => 0,
        );
        gauge.set({ store }, isUp);
      });
      await Promise.all(asked);
    },
  });
}
