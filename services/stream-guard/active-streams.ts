export interface ActiveStreamsOptions {
  /** How often a live stream is heard of, in milliseconds. */
  intervalMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * How many streams this process heard of during the last heartbeat interval.
 *
 * Each live stream's heartbeat reaches one instance per interval, so the sum over the instances is
 * the number of live streams, without asking the store.
 */
export class ActiveStreams {
  readonly #options: ActiveStreamsOptions;
  /** When each was last heard of; the one heard of longest ago comes first. */
  readonly #seenAtMs = new Map<string, number>();

  constructor(options: ActiveStreamsOptions) {
    this.#options = options;
  }

  get count(): number {
    this.#forget();
    return this.#seenAtMs.size;
  }

  seen(caller: string, streamId: string): void {
    const key = keyOf(caller, streamId);
    this.#seenAtMs.delete(key);
    this.#seenAtMs.set(key, this.#options.now());
    this.#forget();
  }

  ended(caller: string, streamId: string): void {
    this.#seenAtMs.delete(keyOf(caller, streamId));
  }

  #forget(): void {
    const { intervalMs, now } = this.#options;
    const oldestMs = now() - intervalMs;
    for (const [key, seenAtMs] of this.#seenAtMs) {
      if (seenAtMs > oldestMs) return;
      this.#seenAtMs.delete(key);
    }
  }
}

function keyOf(caller: string, streamId: string): string {
  return `${caller}#${streamId}`;
}
