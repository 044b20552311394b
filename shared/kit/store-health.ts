import type { Log } from "./process/log.ts";
import type { StoreName, StoreUnavailable } from "./store-unavailable.ts";

/** A store that refuses some calls and takes others is reported for so long after a refusal. */
const REPORTED_MS = 5_000;

export interface StoreHealthOptions {
  store: StoreName;
  /** Which of its servers, where there are several. */
  node?: string | undefined;
  log: Log;
  /** Milliseconds on a clock that never steps back. */
  now: () => number;
}

/** What a process knows of a store: for readiness, metrics and one log line a change. */
export class StoreHealth {
  readonly #options: StoreHealthOptions;
  #away: StoreUnavailable | undefined;
  #refusal: StoreUnavailable | undefined;
  #refusedAtMs = 0;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  /** Why the store cannot be used now; undefined when it can. */
  get failure(): StoreUnavailable | undefined {
    const isRecent = this.#options.now() - this.#refusedAtMs < REPORTED_MS;
    return this.#away ?? (isRecent ? this.#refusal : undefined);
  }

  /** Nothing can be asked of the store until `back`. */
  away(error: StoreUnavailable): void {
    const { store, node, log } = this.#options;
    if (this.#away === undefined) log.warn({ err: error, node }, `${store} is away; reconnecting`);
    this.#away = error;
  }

  back(): void {
    const { store, node, log } = this.#options;
    if (this.#away !== undefined) log.info({ node }, `${store} is back`);
    this.#away = undefined;
  }

  /** The store answers, and refused one call. */
  refused(error: StoreUnavailable): void {
    const { store, node, log, now } = this.#options;
    const isNew = this.failure === undefined || this.#refusal?.reason !== error.reason;
    if (isNew) log.error({ err: error, node, reason: error.reason }, `${store} refuses calls`);
    this.#refusal = error;
    this.#refusedAtMs = now();
  }
}
