/** In the order of the numbers by which metrics show them. */
export const CIRCUIT_STATES = ["closed", "open", "half-open"] as const;

export type CircuitState = (typeof CIRCUIT_STATES)[number];

export interface CircuitOptions {
  /** Calls in a row that must fail to open it. */
  failures: number;
  /** How long an open circuit leaves the store alone before one call tries it, in milliseconds. */
  pauseMs: number;
  /** Whether an error says that the store is away. */
  isOutage: (error: unknown) => boolean;
  /** Makes the error of a call that is refused. */
  refusal: () => Error;
  /** Called whenever it opens, also after a try that failed, with the error that opened it. */
  onOpen?: ((error: unknown) => void) | undefined;
  /** Milliseconds on a clock that never steps back: with another one it might stay open for long. */
  now: () => number;
}

/**
 * Refuses calls at once while a store is away, instead of letting each of them wait for it.
 *
 * While one call tries whether the store is back, the others are still refused. A try that ends with
 * neither an answer nor an outage (its client has gone) tells nothing, and the next call tries again.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #failures = 0;
  /** Undefined while it is closed. */
  #openedMs: number | undefined;
  #isTrying = false;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  get state(): CircuitState {
    if (this.#openedMs === undefined) return "closed";
    return this.#isTrying ? "half-open" : "open";
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#openedMs === undefined) return this.#observe(call, false);
    const { now, pauseMs, refusal } = this.#options;
    if (this.#isTrying || now() - this.#openedMs < pauseMs) throw refusal();
    this.#isTrying = true;
    try {
      return await this.#observe(call, true);
    } finally {
      this.#isTrying = false;
    }
  }

  async #observe<T>(call: () => Promise<T>, isTry: boolean): Promise<T> {
    try {
      const answer = await call();
      this.#failures = 0;
      this.#openedMs = undefined;
      return answer;
    } catch (error) {
      if (this.#options.isOutage(error)) this.#failed(error, isTry);
      throw error;
    }
  }

  /** Calls that fail after it has opened were sent before, and do not keep it open. */
  #failed(error: unknown, isTry: boolean): void {
    const { failures, now, onOpen } = this.#options;
    this.#failures += 1;
    const opens = this.#openedMs === undefined && this.#failures >= failures;
    if (!isTry && !opens) return;
    this.#openedMs = now();
    onOpen?.(error);
  }
}
