import type { ActiveStreams } from "./active-streams.ts";
import type {
  DetailsStore,
  Lease,
  LeaseKey,
  LeaseOrder,
  LeaseStore,
  StreamDetails,
} from "./leases.ts";

const DAY_MS = 86_400_000;

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
  active: ActiveStreams;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Names a stream that came without an id. */
  createId: () => string;
}

export interface StartRequest {
  streamId?: string | undefined;
  replaceStreamId?: string | undefined;
  details: StreamDetails;
}

/** A live stream as its caller may see it. */
export interface Stream {
  streamId: string;
  startedAtMs: number;
  promisedUntilMs: number;
  details: StreamDetails;
}

/** The stream's slot after a start or a heartbeat. */
export interface Hold {
  result: "started" | "renewed" | "ended";
  streamId: string;
  /** Until then the slot is the stream's by any instance's clock. */
  promisedUntilMs: number;
  /** Live streams of the caller, this one included. */
  active: number;
}

export interface Refusal {
  result: "refused";
  /** Until the first of the slots is free, should its stream send no more heartbeats. */
  retryAfterMs: number;
  streams: readonly Stream[];
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

  /** A start of a video that has already ended takes no slot, and gives up the one it has. */
  async start(caller: string, request: StartRequest): Promise<Hold | Refusal> {
    const { leases, createId, active } = this.#options;
    const { streamId = createId(), replaceStreamId, details } = request;
    const order = { ...this.#order(caller, streamId), replaceStreamId };
    if (details["video_ended"] === true) {
      const left = await this.#end(order);
      return ended(order, left ?? (await leases.list(caller, order.nowMs)));
    }
    const { result, live } = await leases.start(order);
    if (result === "refused") return this.#refusal(order, live);
    if (replaceStreamId !== undefined) active.ended(caller, replaceStreamId);
    await this.#keep(order, live, details);
    return { result, ...this.#hold(order, live) };
  }

  /**
   * Keeps the stream's slot for another lease; `video_ended` gives it up.
   *
   * @returns undefined when the stream holds no slot: it ended, or its lease expired
   */
  async heartbeat(
    caller: string,
    streamId: string,
    details: StreamDetails,
  ): Promise<Hold | undefined> {
    const order = this.#order(caller, streamId);
    if (details["video_ended"] === true) {
      const left = await this.#end(order);
      return left && ended(order, left);
    }
    const live = await this.#options.leases.renew(order);
    if (live === undefined) return undefined;
    await this.#keep(order, live, details);
    return { result: "renewed", ...this.#hold(order, live) };
  }

  /** @returns false when the stream holds no slot */
  async end(caller: string, streamId: string): Promise<boolean> {
    return (await this.#end(this.#order(caller, streamId))) !== undefined;
  }

  async list(caller: string): Promise<readonly Stream[]> {
    return this.#describe(caller, await this.#options.leases.list(caller, this.#options.now()));
  }

  #order(caller: string, streamId: string): LeaseOrder {
    const nowMs = this.#options.now();
    return { caller, streamId, nowMs, expiresAtMs: nowMs + this.#options.leaseMs };
  }

  async #end(key: LeaseKey): Promise<readonly Lease[] | undefined> {
    const left = await this.#options.leases.end(key);
    this.#options.active.ended(key.caller, key.streamId);
    return left;
  }

  async #keep(
    { caller, streamId }: LeaseKey,
    live: readonly Lease[],
    details: StreamDetails,
  ): Promise<void> {
    this.#options.active.seen(caller, streamId);
    const lease = live.find((each) => each.streamId === streamId);
    if (lease === undefined) return;
    if (Object.keys(details).length === 0 && !this.#isDayOld(lease)) return;
    await this.#options.details.save(caller, lease, details);
  }

  #hold({ streamId, expiresAtMs }: LeaseOrder, live: readonly Lease[]) {
    return { streamId, promisedUntilMs: expiresAtMs - this.#marginMs, active: live.length };
  }

  /**
   * True in one lease's time of each day of the stream's life, hence for at least one heartbeat:
   * the details of a stream that is watched for days must not be swept.
   */
  #isDayOld({ startedAtMs, expiresAtMs }: Lease): boolean {
    return (expiresAtMs - startedAtMs) % DAY_MS < this.#options.leaseMs;
  }

  async #refusal({ caller, nowMs }: LeaseKey, live: readonly Lease[]): Promise<Refusal> {
    const firstExpiryMs = Math.min(...live.map((lease) => lease.expiresAtMs));
    return {
      result: "refused",
      retryAfterMs: firstExpiryMs - nowMs,
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
