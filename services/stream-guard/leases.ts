/** A slot of a caller, held by one stream. Times are milliseconds since the epoch. */
export interface Lease {
  streamId: string;
  startedAtMs: number;
  /** The slot is free from then on. */
  expiresAtMs: number;
}

/** What a player reports of its stream, unchanged; only `video_ended` changes a lease. */
export type StreamDetails = Readonly<Record<string, string | number | boolean>>;

/** Why a stream has no slot any more. */
export type LossReason = "ended" | "ended_by_operator" | "expired" | "replaced";

export interface LeaseKey {
  caller: string;
  streamId: string;
  /** The clock of the instance that asks: to every verb an expired lease is a free slot. */
  nowMs: number;
}

export interface LeaseOrder extends LeaseKey {
  expiresAtMs: number;
  /** Unique: by it the store recognises its own write when the reply was lost and it asks again. */
  orderId: string;
}

export interface StartOrder extends LeaseOrder {
  /** A stream of the caller whose slot is given up in the same write. */
  replaceStreamId?: string | undefined;
  /**
   * Streams that the caller may have afterwards, where that is fewer than it has slots: a viewer's
   * own limit. It counts for this start alone, and ends no stream.
   */
  limit?: number | undefined;
  /** Once it is aborted nobody waits for the outcome, and nothing more is tried. */
  signal?: AbortSignal | undefined;
}

export interface EndOrder extends LeaseOrder {
  reason: Extract<LossReason, "ended" | "ended_by_operator">;
}

export interface StartOutcome {
  /** `renewed`: the stream had a slot already; `refused`: other streams hold all of them. */
  result: "started" | "renewed" | "refused";
  /** The caller's live leases afterwards, the oldest stream first. */
  live: readonly Lease[];
}

/**
 * Who holds the slots. Each verb is atomic over all instances, and may be sent twice: a stream
 * never holds two slots.
 *
 * @throws StoreUnavailable (every verb) when the store is away; what was asked may have happened
 * @throws CallerBusy (every write) when it lost too many rounds to other writes of the same caller
 */
export interface LeaseStore {
  /** Takes a slot for the stream, or renews the one it holds. */
  start(order: StartOrder): Promise<StartOutcome>;
  /** @returns the caller's live leases afterwards; undefined when the stream holds no slot */
  renew(order: LeaseOrder): Promise<readonly Lease[] | undefined>;
  /** @returns the caller's live leases afterwards; undefined when the stream holds no slot */
  end(order: EndOrder): Promise<readonly Lease[] | undefined>;
  /**
   * Undoes a start whose outcome reached no caller: frees the slot that this very order took. A
   * slot that was renewed since, or that another start took, is left alone.
   */
  takeBack(order: LeaseOrder): Promise<void>;
  /** Why the stream has no slot; undefined when that is not known, or not any more. */
  lossOf(key: LeaseKey): Promise<LossReason | undefined>;
  /** The caller's live leases, the oldest stream first. */
  list(caller: string, nowMs: number): Promise<readonly Lease[]>;
}

/**
 * What is known of the streams, apart from their leases so that renewing these stays cheap.
 *
 * @throws StoreUnavailable (every verb) when the store is away
 */
export interface DetailsStore {
  /** Adds to what is known, field by field, and keeps all of it for days from now. */
  save(caller: string, lease: Lease, details: StreamDetails): Promise<void>;
  /** @returns one entry a lease, in the same order, empty where nothing is known */
  find(caller: string, leases: readonly Lease[]): Promise<readonly StreamDetails[]>;
}
