/** How many attempts one name has in a window; a success gives its attempt back. */
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
  taken: number;
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

  /** @throws TooManyAttempts when one of the names has none left; then nothing is taken */
  take(...names: readonly string[]): void {
    const windows = names.map((name) => this.#windowOf(name));
    const full = windows.filter(({ taken }) => taken >= MAX_ATTEMPTS);
    if (full.length > 0) {
      const endsAtMs = Math.max(...full.map((window) => window.endsAtMs));
      throw new TooManyAttempts(Math.max(1, Math.ceil((endsAtMs - this.#now()) / 1_000)));
    }
    for (const window of windows) window.taken += 1;
  }

  giveBack(...names: readonly string[]): void {
    for (const name of names) {
      const window = this.#windows.get(name);
      if (window !== undefined && window.taken > 0) window.taken -= 1;
    }
  }

  #windowOf(name: string): Window {
    const known = this.#windows.get(name);
    if (known !== undefined && known.endsAtMs > this.#now()) return known;
    const window = { taken: 0, endsAtMs: this.#now() + WINDOW_MS };
    // Set anew, so that the map's order is that of the windows' ends.
    this.#windows.delete(name);
    this.#windows.set(name, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > MAX_NAMES && oldest !== undefined) this.#windows.delete(oldest);
    return window;
  }
}
