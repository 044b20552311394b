import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";

/** Random ids; a trace that has a name already keeps it. */
export class TraceIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #named: string | undefined;

  /** While `start` runs, a new trace is called `traceId`. */
  within<T>(traceId: string, start: () => T): T {
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
