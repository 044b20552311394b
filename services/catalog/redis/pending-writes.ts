import { setTimeout as delay } from "node:timers/promises";

/** So many are announced at a time that their replies come in time, and the beats between them. */
const ANNOUNCED_AT_ONCE = 500;

/** What Redis does not know yet of one write. */
interface PendingWrite {
  announce: () => Promise<unknown>;
  announced: PromiseWithResolvers<true>;
  /** Nobody waits for it any more. */
  isLate?: boolean;
}

/** Writes that could not be announced to Redis, by product and by the token of the write. */
export class PendingWrites {
  readonly #byProduct = new Map<number, Map<string, PendingWrite>>();
  #isAnnouncing = false;

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
   * @param announce may run twice, or late; rejects while Redis is lost
   */
  add(id: number, token: string, announce: () => Promise<unknown>): void {
    const writes = this.#byProduct.get(id) ?? new Map<string, PendingWrite>();
    const announced = writes.get(token)?.announced ?? Promise.withResolvers<true>();
    this.#byProduct.set(id, writes.set(token, { announce, announced }));
  }

  /**
   * Whether Redis hears within that time, in milliseconds, that the write has ended. Of the ends of a
   * product for which this is too late only the last is announced: it says what they all say, and a
   * long outage must not fill the memory.
   */
  async isAnnouncedWithin(id: number, token: string, waitMs: number): Promise<boolean> {
    const pending = this.#byProduct.get(id)?.get(token);
    if (pending === undefined) return true;
    const done = new AbortController();
    const late = delay(waitMs, false, { signal: done.signal }).catch(() => false);
    try {
      const isAnnounced = await Promise.race([pending.announced.promise, late]);
      if (!isAnnounced) this.#replaceLate(id, token, pending);
      return isAnnounced;
    } finally {
      done.abort();
    }
  }

  #replaceLate(id: number, token: string, pending: PendingWrite): void {
    pending.isLate = true;
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

  /** Announces each once more, and never rejects. */
  async announceAll(): Promise<void> {
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    const all = [...this.#byProduct].flatMap(([id, writes]) =>
      [...writes].map(([token, pending]) => ({ id, token, pending })),
    );
    for (let from = 0; from < all.length; from += ANNOUNCED_AT_ONCE) {
      const some = all.slice(from, from + ANNOUNCED_AT_ONCE);
      await Promise.all(some.map(({ id, token, pending }) => this.#announce(id, token, pending)));
    }
    this.#isAnnouncing = false;
  }

  async #announce(id: number, token: string, pending: PendingWrite): Promise<void> {
    try {
      await pending.announce();
    } catch {
      return;
    }
    // It may have ended meanwhile: then its end is still to be announced.
    if (this.#byProduct.get(id)?.get(token) !== pending) return;
    this.drop(id, token);
    pending.announced.resolve(true);
  }
}
