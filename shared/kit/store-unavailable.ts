/** A store, as an operator calls it. */
export type StoreName = "redis" | "dynamodb";

/**
 * Why a store did not do what it was asked.
 *
 * - `unreachable`: there is no connection
 * - `disconnected`: the connection broke before the reply
 * - `timeout`: no reply in time
 * - `loading`: Redis still reads its data after a restart
 * - `read-only`: Redis is a replica now; the client looks for the new primary
 * - `full`: Redis has no memory left
 * - `no-replicas`: Redis has fewer replicas than it needs to accept a write
 * - `failover`: the cluster or the primary is not available
 * - `busy`: Redis runs a slow script
 * - `throttled`: DynamoDB refuses calls above its limits
 * - `overloaded`: too many callers of this process wait already
 * - `contended`: other writers changed the same item at every attempt
 * - `denied`: credentials or permissions are wrong
 * - `failing`: the store reports a failure of its own
 */
export type UnavailableReason =
  | "unreachable"
  | "disconnected"
  | "timeout"
  | "loading"
  | "read-only"
  | "full"
  | "no-replicas"
  | "failover"
  | "busy"
  | "throttled"
  | "overloaded"
  | "contended"
  | "denied"
  | "failing";

export interface UnavailableOptions {
  /** @defaultValue "timeout" */
  reason?: UnavailableReason;
  /**
   * False when it is proved that nothing of what was asked has happened or can still happen.
   *
   * @defaultValue true
   */
  mayHaveRun?: boolean;
}

/**
 * A store that did not do what it was asked, for a reason that lies with the store or on the way to
 * it. The HTTP kit answers 503 with Retry-After.
 */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  readonly store: StoreName;
  readonly reason: UnavailableReason;
  readonly mayHaveRun: boolean;

  /** @param cause what the client reported */
  constructor(store: StoreName, cause?: unknown, options: UnavailableOptions = {}) {
    const { reason = "timeout", mayHaveRun = true } = options;
    const detail = cause instanceof Error ? `: ${cause.message}` : "";
    super(`${store} is not available (${reason})${detail}`, { cause });
    this.store = store;
    this.reason = reason;
    this.mayHaveRun = mayHaveRun;
  }
}
