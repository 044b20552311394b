/** A slot of a caller, held by one stream. Times are milliseconds since the epoch. */
export interface Lease {
  streamId: string;
  startedAtMs: number;
  /** The slot is free from then on. */
  expiresAtMs: number;
}

/** What a player tells of its stream, as it told it; nothing but `video_ended` changes a lease. */
export type StreamDetails = Readonly<Record<string, string | number | boolean>>;

export interface LeaseKey {
  caller: string;
  streamId: string;
  /** The clock of the instance that asks: to every verb an expired lease is a free slot. */
  nowMs: number;
}

export interface LeaseOrder extends LeaseKey {
  expiresAtMs: number;
}

export interface StartOrder extends LeaseOrder {
  /** A stream of the caller whose slot is given up in the same write. */
  replaceStreamId?: string | undefined;
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
 */
export interface LeaseStore {
  /** Takes a slot for the stream, or renews the one it holds. */
  start(order: StartOrder): Promise<StartOutcome>;
  /** @returns the caller's live leases afterwards; undefined when the stream holds no slot */
  renew(order: LeaseOrder): Promise<readonly Lease[] | undefined>;
  /** @returns the caller's live leases afterwards; undefined when the stream holds no slot */
  end(key: LeaseKey): Promise<readonly Lease[] | undefined>;
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
