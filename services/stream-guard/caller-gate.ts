/** More of one caller's requests are waiting than may wait. */
export class CallerBusy extends Error {
  override readonly name = "CallerBusy";
}

export interface CallerGateOptions {
  /** Requests of one caller that are worked on at the same time. */
  parallel: number;
  /** Requests of one caller that wait their turn, beside those. */
  waiting: number;
}

interface Lane {
  running: number;
  queue: (() => void)[];
}

/**
 * Lets a few requests of each caller pass at a time, first come, first served.
 *
 * All of a caller's writes go to one item, which the store serialises anyway: a caller in a storm
 * waits here for himself, instead of taking the connections that the others need.
 */
export class CallerGate {
  readonly #options: CallerGateOptions;
  /** Callers with a request under way, and nobody else: it holds no memory of the others. */
  readonly #lanes = new Map<string, Lane>();

  constructor(options: CallerGateOptions) {
    this.#options = options;
  }

  /** @throws CallerBusy at once, when too many of this caller's are waiting already */
  async run<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#enter(caller);
    if (lane.running >= this.#options.parallel) {
      if (lane.queue.length >= this.#options.waiting) throw new CallerBusy();
      // Whoever leaves hands the place over, so it never shows as free to a newcomer.
      await new Promise<void>((resolve) => lane.queue.push(resolve));
    } else {
      lane.running += 1;
    }
    try {
      return await work();
    } finally {
      this.#leave(caller, lane);
    }
  }

  #enter(caller: string): Lane {
    const lane = this.#lanes.get(caller) ?? { running: 0, queue: [] };
    this.#lanes.set(caller, lane);
    return lane;
  }

  #leave(caller: string, lane: Lane): void {
    const next = lane.queue.shift();
    if (next !== undefined) {
      next();
      return;
    }
    lane.running -= 1;
    if (lane.running === 0) this.#lanes.delete(caller);
  }
}
