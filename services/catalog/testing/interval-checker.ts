interface Acknowledged {
  value: number;
  atMs: number;
  isSettled: boolean;
}

/** A read that has begun: the newest value that was acknowledged by then. */
export interface BegunRead {
  key: number;
  atMs: number;
}

export interface StaleRead {
  key: number;
  seen: number;
  /** The write that the read should have seen. */
  expected: number;
  /** How long before the read's begin the oldest write that it missed was acknowledged. */
  lateMs: number;
  /** Whether every write that it missed was unsettled. */
  isUnsettled: boolean;
}

/**
 * A read that began after a write was acknowledged may not see an older value.
 *
 * The values of a key only grow, and each is written by the same writer after the one before was
 * answered. Times are of one clock, that of the process which reads and writes.
 */
export class IntervalChecker {
  readonly stale: StaleRead[] = [];
  reads = 0;
  writes = 0;
  unsettledWrites = 0;
  readonly #acknowledged = new Map<number, Acknowledged[]>();

  acknowledged(key: number, value: number, isSettled: boolean): void {
    const writes = this.#acknowledged.get(key) ?? [];
    writes.push({ value, atMs: performance.now(), isSettled });
    this.#acknowledged.set(key, writes);
    this.writes += 1;
    if (!isSettled) this.unsettledWrites += 1;
  }

  begin(key: number): BegunRead {
    return { key, atMs: performance.now() };
  }

  /** @param seen the value, or 0 where there was none */
  end({ key, atMs }: BegunRead, seen: number): void {
    this.reads += 1;
    const writes = this.#acknowledged.get(key) ?? [];
    const missed: Acknowledged[] = [];
    for (const write of writes.toReversed()) {
      if (write.value <= seen) break;
      if (write.atMs < atMs) missed.push(write);
    }
    const oldest = missed.at(-1);
    if (oldest === undefined) return;
    this.stale.push({
      ...{ key, seen, expected: missed[0]?.value ?? 0, lateMs: atMs - oldest.atMs },
      isUnsettled: missed.every(({ isSettled }) => !isSettled),
    });
  }
}
