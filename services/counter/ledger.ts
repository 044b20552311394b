import type { Estimate } from "./estimates.ts";

/**
 * Numbers that a page in Redis may give: above `from`, up to `to`.
 *
 * An epoch begins when Redis does not have the page, and when the count is set. Each but the latter
 * begins above everything that was reserved before it, so no number is given twice, whatever Redis
 * forgets.
 */
export interface Epoch {
  /** Never used before: a time in milliseconds, or one more than the page's last epoch. */
  epoch: number;
  from: number;
  to: number;
  /** Where the count is set: the one that `from` replaces. */
  replaced?: number;
}

/** An epoch that gives no more numbers, and the last one that it gave. */
export interface EndedEpoch {
  epoch: number;
  count: number;
}

/** What is durably known of a page. */
export interface LedgerEntry extends Estimate {
  /** Undefined for a page that was never counted in Redis. */
  epoch: number | undefined;
  /** Undefined when no numbers are reserved for Redis. */
  reservedTo: number | undefined;
}

/** Where numbers are reserved before Redis gives them. Throws StoreUnavailable when it is away. */
export interface Ledger {
  find(page: string): Promise<LedgerEntry | undefined>;
  /** Begins an epoch at its `from`; false, and nothing done, when the page changed since `seen`. */
  begin(page: string, seen: LedgerEntry | undefined, epoch: Epoch): Promise<boolean>;
  /** Reserves up to `to`; false, and nothing done, unless the epoch's reservation ends at `from`. */
  extend(page: string, more: Epoch): Promise<boolean>;
  /**
   * Takes back what an ended epoch did not give. An entry that is lost, or older than the epoch
   * (restored from a backup), is raised to it. Nothing is done when a later epoch has begun.
   */
  settle(page: string, ended: EndedEpoch): Promise<void>;
  /** Raises the known count; does nothing when it is lower, or of another epoch. */
  rollUp(page: string, epoch: number, estimate: Estimate): Promise<void>;
  /** Forgets the page. */
  remove(page: string): Promise<void>;
}
