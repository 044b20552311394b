import type { LinkDeadlines } from "../resilience/deadlines.ts";

export interface LinkOptions extends LinkDeadlines {
  /** Asks Redis whether it does what the cache needs; rejects with the reason when it does not. */
  probe: (timeoutMs: number) => Promise<unknown>;
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
 *   has told Redis what it could not tell before
 */
export class RedisLink {
  readonly #options: LinkOptions;
  /** When the last good beat was sent. */
  #heardMs: number;
  /** When the first beat after it was missed. */
  #lostMs: number | undefined;
  #trustedFromMs = Infinity;
  #isFirstConnection = true;
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
    // What happened between two connections is not known. Before the first one nothing did, if
    // Redis was there at once.
    this.#trustedFromMs = this.#isFirstConnection ? 0 : Infinity;
    this.#isFirstConnection = false;
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
      await probe(silenceMs);
      this.#heard(sentMs);
    } catch (error) {
      this.#missed(error);
    }
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#beat(), beatMs).unref();
  }

  #heard(sentMs: number): void {
    const { trustMs, quarantineMs, now, onHeard, onChange } = this.#options;
    if (this.#trustedFromMs === Infinity || sentMs - this.#heardMs >= trustMs) {
      this.#trustedFromMs = now() + quarantineMs;
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
