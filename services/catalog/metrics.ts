import { Counter, Gauge, type Registry } from "prom-client";
import { CIRCUIT_STATES, type CircuitState } from "../../shared/kit/resilience/circuit.ts";
import type { ReadOutcome } from "./catalog.ts";
import type { ReadObserver } from "./lazy-loading.ts";

/** What the gauges read when they are asked. */
export interface CatalogGauges {
  /** Of DynamoDB. */
  circuit: () => CircuitState;
  isCacheTrusted: () => boolean;
  pendingProducts: () => number;
}

const OUTCOMES = ["hit", "miss", "stale", "bypass"] as const satisfies readonly ReadOutcome[];

/** Counts reads and loads in a registry, and knows the reads per second. */
export class CatalogMetrics implements ReadObserver {
  readonly #reads: Record<ReadOutcome, { inc(): void }>;
  readonly #loads: Counter<"outcome">;
  readonly #registry: Registry;
  #readCount = 0;

  constructor(registry: Registry) {
    this.#registry = registry;
    const reads = new Counter({
      name: "catalog_reads_total",
      help: "Products that were read, by where the answer came from.",
      labelNames: ["outcome"],
      registers: [registry],
    });
    const counts = OUTCOMES.map((outcome) => [outcome, reads.labels(outcome)] as const);
    this.#reads = Object.fromEntries(counts) as Record<ReadOutcome, { inc(): void }>;
    this.#loads = new Counter({
      name: "catalog_loads_total",
      help: "Reads of DynamoDB for one product, by how they ended.",
      labelNames: ["outcome"],
      registers: [registry],
    });
  }

  read(outcome: ReadOutcome): void {
    this.#readCount += 1;
    this.#reads[outcome].inc();
  }

  loaded(outcome: "found" | "absent" | "failed"): void {
    this.#loads.inc({ outcome });
  }

  /** Publishes values that somebody else holds. */
  watch({ circuit, isCacheTrusted, pendingProducts }: CatalogGauges): void {
    this.#publish("catalog_circuit_state", () => CIRCUIT_STATES.indexOf(circuit()), {
      help: "Circuit breaker of DynamoDB: 0 closed, 1 open, 2 half-open.",
    });
    this.#publish("catalog_cache_trusted", () => Number(isCacheTrusted()), {
      help: "Whether reads use Redis: 1, or 0 while it is lost and some seconds after.",
    });
    this.#publish("catalog_pending_products", pendingProducts, {
      help: "Products with writes that have not reached Redis yet.",
    });
  }

  /** A function that returns the mean reads per second since its last call. */
  createRate(now: () => number): () => number {
    let sinceMs = now();
    let counted = this.#readCount;
    return () => {
      const untilMs = now();
      const rate = ((this.#readCount - counted) * 1_000) / Math.max(1, untilMs - sinceMs);
      sinceMs = untilMs;
      counted = this.#readCount;
      return rate;
    };
  }

  #publish(name: string, read: () => number, { help }: { help: string }): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
