import { setTimeout as delay } from "node:timers/promises";

/** The first pause of a page that DynamoDB throttles, and the longest. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;
/** What a throttled call makes of the pause. */
const GROWTH = 1.5;
/** What a call that is taken takes off the pause: a page that is hot no more is quick again soon. */
const RELIEF = 0.98;
/** A pause that is shorter than this is none. */
const LEAST_PAUSE_MS = 1;

export interface PacerOptions {
  /** At least 0, below 1: instances that were throttled together do not come back together. */
  random: () => number;
  /** @defaultValue that of the process's own clock */
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * Keeps the calls for one item to what DynamoDB takes, which is the same for all instances together.
 *
 * A throttled call lengthens the pause before each call for that page by half, one that is taken
 * shortens it a little. Hits that come meanwhile wait together, so what is lost in calls is gained in their size.
 */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #pauses = new Map<string, number>();

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** Milliseconds between two calls for a page; 0 for one that is not throttled. */
  pauseMs(page: string): number {
    return this.#pauses.get(page) ?? 0;
  }

  /** Resolves when a call for the page may be sent. */
  async turn(page: string): Promise<void> {
    const pauseMs = this.pauseMs(page);
    if (pauseMs === 0) return;
    const { random, wait = delay } = this.#options;
    await wait(pauseMs * (0.5 + random()));
  }

  throttled(page: string): void {
    const pauseMs = Math.max(FIRST_PAUSE_MS, GROWTH * this.pauseMs(page));
    this.#pauses.set(page, Math.min(pauseMs, LONGEST_PAUSE_MS));
  }

  taken(page: string): void {
    const pauseMs = RELIEF * this.pauseMs(page);
    if (pauseMs < LEAST_PAUSE_MS) this.#pauses.delete(page);
    else this.#pauses.set(page, pauseMs);
  }
}
