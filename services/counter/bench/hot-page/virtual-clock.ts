import { setImmediate as immediate } from "node:timers/promises";

/** Turns of the event loop after which a tick's promises have settled: a batcher waits for one. */
const TURNS = 3;

/**
 * A clock on which only what is simulated takes time. However slow the machine is, the result is the
 * same: a tick ends when all that follows from it has been done.
 */
export class VirtualClock {
  readonly #tickUs: number;
  #tick = 0;
  readonly #due = new Map<number, (() => void)[]>();
  /** Real work that a tick has to wait for. */
  #working = 0;

  /** @param tickUs the steps in which time goes */
  constructor(tickUs: number) {
    this.#tickUs = tickUs;
  }

  /** Microseconds since the beginning. */
  get nowUs(): number {
    return this.#tick * this.#tickUs;
  }

  /** Resolves at that time, or in the next tick when it is over. */
  until(us: number): Promise<void> {
    const tick = Math.max(this.#tick + 1, Math.round(us / this.#tickUs));
    return new Promise((resolve) => {
      const due = this.#due.get(tick);
      if (due === undefined) this.#due.set(tick, [resolve]);
      else due.push(resolve);
    });
  }

  /** Stops the time until it is there. */
  async work<T>(real: Promise<T>): Promise<T> {
    this.#working += 1;
    return real.finally(() => {
      this.#working -= 1;
    });
  }

  /** Runs until then; `onTick` is called before each tick. */
  async run(untilUs: number, onTick: () => void): Promise<void> {
    while (this.nowUs < untilUs) {
      this.#tick += 1;
      onTick();
      for (const resolve of this.#due.get(this.#tick) ?? []) resolve();
      this.#due.delete(this.#tick);
      for (let turn = 0; turn < TURNS || this.#working > 0; turn += 1) await immediate();
    }
  }
}
