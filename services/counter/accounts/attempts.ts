/** How many attempts one name has in a window. */
const MAX_ATTEMPTS = 20;
const WINDOW_MS = 15 * 60_000;
/** Names that are remembered; the oldest are forgotten first. */
const MAX_NAMES = 50_000;

/** A name has used up its attempts. */
export class TooManyAttempts extends Error {
  override readonly name = "TooManyAttempts";
  /** Seconds until the next attempt is possible. */
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(`no attempt left for ${retryAfterSeconds} s`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

interface Window {
  counted: number;
  endsAtMs: number;
}

/** Limits how often a password may be tried, in this process, in bounded memory. */
export class Attempts {
  readonly #windows = new Map<string, Window>();
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws TooManyAttempts when one of the names has none left */
  check(...names: readonly string[]): void {
    const full = names.flatMap((name) => {
      const window = this.#find(name);
      return window !== undefined && window.counted >= MAX_ATTEMPTS ? [window.endsAtMs] : [];
    });
    if (full.length === 0) return;
    const waitMs = Math.max(...full) - this.#now();
    throw new TooManyAttempts(Math.ceil(waitMs / 1_000));
  }

  count(...names: readonly string[]): void {
    for (const name of names) (this.#find(name) ?? this.#open(name)).counted += 1;
  }

  #find(name: string): Window | undefined {
    const window = this.#windows.get(name);
    return window !== undefined && window.endsAtMs > this.#now() ? window : undefined;
  }

  #open(name: string): Window {
    const window = { counted: 0, endsAtMs: this.#now() + WINDOW_MS };
    // Set again, so that the map's order is that of the windows' ends.
    this.#windows.delete(name);
    this.#windows.set(name, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > MAX_NAMES && oldest !== undefined) this.#windows.delete(oldest);
    return window;
  }
}
