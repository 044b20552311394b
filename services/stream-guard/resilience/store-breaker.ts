import { Circuit, type CircuitState } from "../../../shared/kit/resilience/circuit.ts";
import { StoreUnavailable, type UnavailableReason } from "../../../shared/kit/store-unavailable.ts";

/** As many as one caller may have under way by default: when they hang, its queue goes at once. */
const FAILURES = 4;
/** Then one request in this time tries whether the store is back. */
const PAUSE_MS = 1_000;

/** Refuses at once while the store is away, instead of letting every request wait for it. */
export class StoreBreaker {
  readonly #circuit: Circuit;

  /**
   * @param now milliseconds on a clock that never steps back
   * @param onOpen called whenever the store is given up, with the error that did it
   */
  constructor(now: () => number, onOpen?: (error: unknown) => void) {
    this.#circuit = new Circuit({
      ...{ failures: FAILURES, pauseMs: PAUSE_MS, isOutage, now, onOpen },
      refusal: away,
    });
  }

  get state(): CircuitState {
    return this.#circuit.state;
  }

  /** @throws StoreUnavailable without any work, while the store is away */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#circuit.run(work);
  }

  /** For a request that has waited its turn since it passed: @throws StoreUnavailable as `run`. */
  throwIfOpen(): void {
    if (this.#circuit.state === "open") throw away();
  }
}

/** What the store refuses because of one item says nothing about the items of other callers. */
const OF_ONE_CALLER = new Set<UnavailableReason>(["throttled", "contended", "overloaded"]);

function isOutage(error: unknown): boolean {
  return error instanceof StoreUnavailable && !OF_ONE_CALLER.has(error.reason);
}

function away(): StoreUnavailable {
  const cause = new Error("the last calls failed; it is asked again in a second");
  return new StoreUnavailable("dynamodb", cause, { reason: "unreachable", mayHaveRun: false });
}
