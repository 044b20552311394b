/** The caller has too many requests of its own at once. */
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
  /** Each lets one request pass. */
  queue: Set<() => void>;
}

/**
 * Lets a few requests of each caller pass at a time, first come, first served.
 *
 * All of a caller's writes go to one item, which the store serialises anyway: a caller that sends
 * too many waits here, instead of taking the connections that the others need.
 */
export class CallerGate {
  readonly #options: CallerGateOptions;
  /** Callers with a request under way; the others take no memory. */
  readonly #lanes = new Map<string, Lane>();

  constructor(options: CallerGateOptions) {
    this.#options = options;
  }

  /**
   * @param signal aborted when nobody waits for the outcome any more. A request that still waits
   *   its turn leaves the queue; one that is worked on keeps its place until the work ends.
   * @throws CallerBusy at once, when too many of this caller's are waiting already; and when the
   *   signal is aborted before the request's turn has come
   * @throws the signal's reason, when it is aborted while the work is under way
   */
  async run<T>(caller: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const lane = this.#enter(caller);
    if (lane.running < this.#options.parallel) lane.running += 1;
    else await this.#turn(lane, signal);
    const outcome = Promise.try(work).finally(() => this.#leave(caller, lane));
    return Promise.race([outcome, rejection(signal)]);
  }

  #enter(caller: string): Lane {
    const lane = this.#lanes.get(caller) ?? { running: 0, queue: new Set() };
    this.#lanes.set(caller, lane);
    return lane;
  }

  /** A request that leaves hands its place over, so it never shows as free to a new one. */
  async #turn({ queue }: Lane, signal: AbortSignal): Promise<void> {
    if (signal.aborted || queue.size >= this.#options.waiting) throw new CallerBusy();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const pass = () => resolve(undefined);
    queue.add(pass);
    signal.addEventListener("abort", () => {
      if (queue.delete(pass)) reject(new CallerBusy());
    });
    await promise;
  }

  #leave(caller: string, lane: Lane): void {
    const [next] = lane.queue;
    if (next !== undefined) {
      lane.queue.delete(next);
      next();
      return;
    }
    lane.running -= 1;
    if (lane.running === 0) this.#lanes.delete(caller);
  }
}

async function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    else signal.addEventListener("abort", refuse);
  });
}
