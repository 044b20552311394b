import type { Estimate } from "./counter.ts";

/**
 * Numbers that one life of a page in Redis may deal: above `from`, up to `to`.
 *
 * An epoch begins when the page is new, when Redis lost it or may have stepped back, and when the
 * count is set. Each begins above everything that was promised to those before it, so no number is
 * dealt twice, whatever Redis forgets.
 */
export interface Epoch extends Range {
  epoch: number;
}

/** The numbers above `from`, up to `to`. */
export interface Range {
  from: number;
  to: number;
}

/** An epoch that deals no more, and the last number that it dealt. */
export interface Sealed {
  epoch: number;
  count: number;
}

/** What is durably known of a page. */
export interface Entry extends Estimate {
  /** Undefined for a page that was never counted in Redis. */
  epoch: number | undefined;
  /** Undefined when no numbers are promised to Redis. */
  reservedTo: number | undefined;
}

/** Where numbers are promised before Redis deals them. Throws StoreUnavailable when it is away. */
export interface Ledger {
  find(page: string): Promise<Entry | undefined>;
  /** Begins the epoch after the one seen; undefined when the page changed since it was seen. */
  begin(page: string, seen: Entry | undefined, range: Range): Promise<Epoch | undefined>;
  /** Promises an epoch more, up to `to`; false unless it is still the page's and ends at `from`. */
  extend(page: string, more: Epoch): Promise<boolean>;
  /** Begins an epoch at another count, lower ones too. */
  restart(page: string, range: Range): Promise<Epoch>;
  /** Takes back what a sealed epoch did not deal; does nothing when a later one has begun. */
  settle(page: string, sealed: Sealed): Promise<void>;
  /** Raises the known total; does nothing when it is lower, or of another epoch. */
  rollUp(page: string, epoch: number, estimate: Estimate): Promise<void>;
}
