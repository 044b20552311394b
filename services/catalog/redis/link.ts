import type { LinkDeadlines } from "../resilience/deadlines.ts";

export interface LinkOptions extends LinkDeadlines {
  /**
   * Asks Redis whether it does what the cache needs; rejects with the reason when it does not.
   *
   * @returns how long it has had beats of some process without a gap, in milliseconds
   */
  probe: (timeoutMs: number) => Promise<number>;
  /** The process has just started: it has written nothing that Redis may not know. */
  hasLostNothing: boolean;
  /** Called after each good beat. */
  onHeard: () => void;
  /** Called when trust has ended, with the reason, and when Redis is heard again. */
  onChange: (change: { isLost: boolean; reason?: unknown }) => void;
  /** Milliseconds that only grow. */
  now: () => number;
}

/**
 * Whether this process may believe what Redis says. It beats; three rules, argued in README.md:
 *
 * - trust ends `trustMs` after the last good beat was sent
 * - a write whose end was not heard waits until `graceMs` after the first beat that was missed: by
 *   then no process that has lost Redis as well trusts it
 * - after a loss trust begins again `quarantineMs` after the first good beat: by then every process
 *   has told Redis what it could not tell before. A process that has just started has lost nothing,
 *   but Redis may have been lost to all others: it counts from the first beat that any of them sent.
 */
export class RedisLink {
  readonly #options: LinkOptions;
  /** When the last good beat was sent. */
  #heardMs: number;
  /** When the first beat after it was missed. */
  #lostMs: number | undefined;
  #trustedFromMs = Infinity;
  #connections = 0;
  #isReported = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#heardMs = this.#lostMs = options.now();
  }

  /** Readers may use what Redis says. */
  get isTrusted(): boolean {
    const now = this.#options.now();
    return now >= this.#trustedFromMs && now - this.#heardMs < this.#options.trustMs;
  }

  /** Redis answered the last beat. */
  get isUp(): boolean {
    return this.#lostMs === undefined;
  }

  /** How much longer a write waits for Redis to hear of its end: nothing once it is long lost. */
  get graceMs(): number {
    const now = this.#options.now();
    return Math.max(0, (this.#lostMs ?? now) + this.#options.graceMs - now);
  }

  /** To be called for each connection that is made. */
  connected(): void {
    // What happened between two connections is not known.
    this.#trustedFromMs = Infinity;
    this.#connections += 1;
    void this.#beat();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #beat(): Promise<void> {
    const { probe, silenceMs, beatMs, now } = this.#options;
    const sentMs = now();
    try {
      this.#heard(sentMs, await probe(silenceMs));
    } catch (error) {
      this.#missed(error);
    }
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#beat(), beatMs).unref();
  }

  #heard(sentMs: number, steadyMs: number): void {
    const { trustMs, quarantineMs, hasLostNothing, now, onHeard, onChange } = this.#options;
    const wasSilent = sentMs - this.#heardMs >= trustMs;
    if (this.#trustedFromMs === Infinity || wasSilent) {
      const isFirst = hasLostNothing && this.#connections === 1 && !wasSilent;
      const passedMs = isFirst ? steadyMs : 0;
      this.#trustedFromMs = now() + Math.max(0, quarantineMs - passedMs);
    }
    this.#heardMs = sentMs;
    this.#lostMs = undefined;
    if (this.#isReported) onChange({ isLost: false });
    this.#isReported = false;
    onHeard();
  }

  #missed(reason: unknown): void {
    const { now, trustMs, onChange } = this.#options;
    this.#lostMs ??= now();
    if (this.#isReported || now() - this.#heardMs < trustMs) return;
    this.#isReported = true;
    onChange({ isLost: true, reason });
  }
}
