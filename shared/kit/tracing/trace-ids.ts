import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";

/** Random ids; a trace that the load balancer has named keeps its name. */
export class TraceIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #named: string | undefined;

  /** While `start` runs, a new trace is called `traceId`, where that is known. */
  within<T>(traceId: string | undefined, start: () => T): T {
    this.#named = traceId;
    try {
      return start();
    } finally {
      this.#named = undefined;
    }
  }

  generateTraceId(): string {
    return this.#named ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }
}
