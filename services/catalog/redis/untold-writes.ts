import { setTimeout as delay } from "node:timers/promises";

/** So many are announced at a time that their replies come in time, and the beats between them. */
const TOLD_AT_ONCE = 500;

/** What Redis does not know yet of one write. */
interface Untold {
  tell: () => Promise<unknown>;
  told: PromiseWithResolvers<true>;
  /** Nobody waits for it any more. */
  isLate?: boolean;
}

/** Writes that could not be announced to Redis, by product and by the token of the write. */
export class UntoldWrites {
  readonly #byProduct = new Map<number, Map<string, Untold>>();
  #isTelling = false;

  /** How many products have one. */
  get products(): number {
    return this.#byProduct.size;
  }

  has(id: number): boolean {
    return this.#byProduct.size > 0 && this.#byProduct.has(id);
  }

  /**
   * Remembers what to announce, in place of what was to be announced of the same write.
   *
   * @param tell may run twice, or late; rejects while Redis is lost
   */
  add(id: number, token: string, tell: () => Promise<unknown>): void {
    const writes = this.#byProduct.get(id) ?? new Map<string, Untold>();
    const told = writes.get(token)?.told ?? Promise.withResolvers<true>();
    this.#byProduct.set(id, writes.set(token, { tell, told }));
  }

  /**
   * Whether Redis hears within that time, in milliseconds, that the write has ended. Of the ends of a
   * product for which this is too late only the last is announced: it says what they all say, and a
   * long outage must not fill the memory.
   */
  async isToldWithin(id: number, token: string, waitMs: number): Promise<boolean> {
    const untold = this.#byProduct.get(id)?.get(token);
    if (untold === undefined) return true;
    const done = new AbortController();
    const late = delay(waitMs, false, { signal: done.signal }).catch(() => false);
    try {
      const isTold = await Promise.race([untold.told.promise, late]);
      if (!isTold) this.#replaceLate(id, token, untold);
      return isTold;
    } finally {
      done.abort();
    }
  }

  #replaceLate(id: number, token: string, untold: Untold): void {
    untold.isLate = true;
    for (const [other, { isLate }] of this.#byProduct.get(id) ?? []) {
      if (isLate === true && other !== token) this.drop(id, other);
    }
  }

  /** Nothing of the write has to be announced any more. */
  drop(id: number, token: string): void {
    const writes = this.#byProduct.get(id);
    writes?.delete(token);
    if (writes?.size === 0) this.#byProduct.delete(id);
  }

  /** Tells each once more, and never rejects. */
  async tellAll(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    const all = [...this.#byProduct].flatMap(([id, writes]) =>
      [...writes].map(([token, untold]) => ({ id, token, untold })),
    );
    for (let from = 0; from < all.length; from += TOLD_AT_ONCE) {
      const some = all.slice(from, from + TOLD_AT_ONCE);
      await Promise.all(some.map(({ id, token, untold }) => this.#tell(id, token, untold)));
    }
    this.#isTelling = false;
  }

  async #tell(id: number, token: string, untold: Untold): Promise<void> {
    try {
      await untold.tell();
    } catch {
      return;
    }
    // It may have ended meanwhile: then its end is still to be announced.
    if (this.#byProduct.get(id)?.get(token) !== untold) return;
    this.drop(id, token);
    untold.told.resolve(true);
  }
}
