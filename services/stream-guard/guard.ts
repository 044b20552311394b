import { setImmediate as immediate } from "node:timers/promises";
import type { ActiveStreams } from "./active-streams.ts";
import type {
  DetailsStore,
  EndOrder,
  Lease,
  LeaseKey,
  LeaseOrder,
  LeaseStore,
  StreamDetails,
} from "./leases.ts";
import type { Hold, Loss, Refusal, Stream } from "./outcomes.ts";
import type { UnclaimedSlots } from "./resilience/unclaimed-slots.ts";

/** Most streams that an operator may allow a caller. */
export const MAX_STREAM_LIMIT = 10;
const DAY_MS = 86_400_000;
/** Turns of the event loop that the end of a connection takes to be known: read, shut down, closed. */
const CLOSING_TURNS = 3;

export interface GuardTerms {
  /** Streams that one caller may have at the same time. */
  limit: number;
  /** A slot is free again this long after its stream's last heartbeat. */
  leaseMs: number;
  /** How far the clocks of two instances may be apart. */
  clockSkewMs: number;
}

export interface StreamGuardOptions extends GuardTerms {
  leases: LeaseStore;
  details: DetailsStore;
  unclaimed: Pick<UnclaimedSlots, "giveBack">;
  active: ActiveStreams;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Names a stream that came without an id. */
  createId: () => string;
  /** Names an order to the lease store; no two instances may make the same. */
  createOrderId: () => string;
}

export interface StartRequest {
  streamId?: string | undefined;
  replaceStreamId?: string | undefined;
  /** The caller's own limit, where it is lower than that of all callers. */
  limit?: number | undefined;
  details: StreamDetails;
  /** Is aborted when nobody waits for the answer any more: then the start is undone. */
  signal?: AbortSignal | undefined;
}

/**
 * Lets each caller have a limited number of streams at the same time.
 *
 * A lease is promised for a little less than it lasts: an instance whose clock is ahead by up to
 * the skew may give the slot away that much early, and by then the promise is over.
 */
export class StreamGuard {
  readonly limit: number;
  /** A player that sends one this often survives the loss of any two in a row. */
  readonly heartbeatSeconds: number;
  readonly #options: StreamGuardOptions;
  readonly #marginMs: number;

  constructor(options: StreamGuardOptions) {
    const { limit, leaseMs, clockSkewMs } = options;
    this.#options = options;
    this.#marginMs = Math.min(clockSkewMs, leaseMs / 4);
    this.limit = limit;
    this.heartbeatSeconds = heartbeatSeconds(leaseMs - this.#marginMs);
  }

  /**
   * Takes a slot for the stream, or renews the one that it holds. One that fails, or that nobody
   * waits for any more, keeps no slot that it has taken.
   *
   * A start of a video that has already ended takes none, and gives up those of its streams.
   */
  async start(caller: string, request: StartRequest): Promise<Hold | Refusal> {
    const { leases, createId, active } = this.#options;
    const { streamId = createId(), replaceStreamId, details, limit, signal } = request;
    const order = { ...this.#order(caller, streamId), replaceStreamId, limit, signal };
    if (details["video_ended"] === true) return this.#startEnded(order, replaceStreamId);
    const { result, live } = await this.#undoOnFailure(order, () => leases.start(order));
    if (result === "refused") return this.#refusal(order, live, limit);
    if (replaceStreamId !== undefined) active.ended(caller, replaceStreamId);
    await this.#undoOnFailure(order, async () => {
      await this.#keep(order, live, details);
      // A busy process reads the store's reply before it hears that the client has left.
      for (let turn = 0; turn < CLOSING_TURNS; turn += 1) await immediate();
      signal?.throwIfAborted();
    });
    return { result, ...this.#hold(order, live) };
  }

  /** Keeps the stream's slot for another lease; `video_ended` gives it up. */
  async heartbeat(caller: string, streamId: string, details: StreamDetails): Promise<Hold | Loss> {
    const order = this.#order(caller, streamId);
    const isEnd = details["video_ended"] === true;
    const live = await (isEnd ? this.#end(order) : this.#options.leases.renew(order));
    if (live === undefined) {
      return { result: "lost", reason: await this.#options.leases.lossOf(order) };
    }
    if (isEnd) return ended(order, live);
    await this.#keep(order, live, details);
    return { result: "renewed", ...this.#hold(order, live) };
  }

  /**
   * @param reason what the stream's player learns at its next heartbeat
   * @returns false when the stream holds no slot
   */
  async end(
    caller: string,
    streamId: string,
    reason: EndOrder["reason"] = "ended",
  ): Promise<boolean> {
    return (await this.#end(this.#order(caller, streamId), reason)) !== undefined;
  }

  /** Ends the caller's streams one by one; one that starts meanwhile goes on. */
  async endAll(caller: string, reason: EndOrder["reason"]): Promise<void> {
    const live = await this.#options.leases.list(caller, this.#options.now());
    for (const { streamId } of live) await this.end(caller, streamId, reason);
  }

  async list(caller: string): Promise<readonly Stream[]> {
    return this.#describe(caller, await this.#options.leases.list(caller, this.#options.now()));
  }

  #order(caller: string, streamId: string): LeaseOrder {
    const { now, leaseMs, createOrderId } = this.#options;
    const nowMs = now();
    return { caller, streamId, nowMs, expiresAtMs: nowMs + leaseMs, orderId: createOrderId() };
  }

  /** Two ends rather than one write for both: a crash between them leaves the second to be asked again. */
  async #startEnded(order: LeaseOrder, replaceStreamId: string | undefined): Promise<Hold> {
    const { caller, streamId, nowMs } = order;
    if (replaceStreamId !== undefined) await this.#end(this.#order(caller, replaceStreamId));
    const left = await this.#end(this.#order(caller, streamId));
    return ended(order, left ?? (await this.#options.leases.list(caller, nowMs)));
  }

  /** The caller learns of the failure only: a slot that the start took would stay unused. */
  async #undoOnFailure<T>(order: LeaseOrder, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      this.#options.unclaimed.giveBack(order);
      throw error;
    }
  }

  async #end(order: LeaseOrder, reason: EndOrder["reason"] = "ended") {
    const left = await this.#options.leases.end({ ...order, reason });
    this.#options.active.ended(order.caller, order.streamId);
    return left;
  }

  async #keep(
    { caller, streamId }: LeaseKey,
    live: readonly Lease[],
    details: StreamDetails,
  ): Promise<void> {
    const lease = live.find((each) => each.streamId === streamId);
    if (lease === undefined) return;
    if (Object.keys(details).length === 0 && !this.#isDayOld(lease)) return;
    await this.#options.details.save(caller, lease, details);
  }

  #hold({ caller, streamId, expiresAtMs }: LeaseOrder, live: readonly Lease[]) {
    this.#options.active.seen(caller, streamId);
    return { streamId, promisedUntilMs: expiresAtMs - this.#marginMs, active: live.length };
  }

  /**
   * True during one lease of each day that the stream lasts, so for at least one heartbeat:
   * the details of a stream that is watched for days must not be swept.
   */
  #isDayOld({ startedAtMs, expiresAtMs }: Lease): boolean {
    return (expiresAtMs - startedAtMs) % DAY_MS < this.#options.leaseMs;
  }

  async #refusal(
    { caller, nowMs }: LeaseKey,
    live: readonly Lease[],
    limit = this.limit,
  ): Promise<Refusal> {
    const expiries = live.map((lease) => lease.expiresAtMs).toSorted((one, other) => one - other);
    // A caller whose limit was lowered since may have to lose more than one.
    const roomFromMs = expiries[Math.max(0, live.length - limit)] ?? nowMs;
    return {
      result: "refused",
      // The clock of the instance that renewed the lease may have been ahead.
      retryAfterMs: Math.min(roomFromMs - nowMs, this.#options.leaseMs),
      streams: await this.#describe(caller, live),
    };
  }

  async #describe(caller: string, live: readonly Lease[]): Promise<readonly Stream[]> {
    const details = await this.#options.details.find(caller, live);
    return live.map(({ streamId, startedAtMs, expiresAtMs }, index) => ({
      streamId,
      startedAtMs,
      promisedUntilMs: expiresAtMs - this.#marginMs,
      details: details[index] ?? {},
    }));
  }
}

function ended({ streamId, nowMs }: LeaseKey, left: readonly Lease[]): Hold {
  return { result: "ended", streamId, promisedUntilMs: nowMs, active: left.length };
}

/** A third of the promise, in whole seconds where it is that long. */
function heartbeatSeconds(promisedMs: number): number {
  const seconds = promisedMs / 3_000;
  return seconds < 1 ? seconds : Math.floor(seconds);
}
