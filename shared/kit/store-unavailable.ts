/**
 * A store that did not answer: unreachable, too slow, throttled or failing by itself.
 *
 * What was asked of it may or may not have happened. The HTTP kit answers 503 with Retry-After.
 */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  readonly store: string;

  /**
   * @param store which store, as an operator calls it: `redis`, `dynamodb`
   * @param cause what the client reported
   */
  constructor(store: string, cause?: unknown) {
    super(`${store} is not available: ${cause instanceof Error ? cause.message : "no answer"}`, {
      cause,
    });
    this.store = store;
  }
}
