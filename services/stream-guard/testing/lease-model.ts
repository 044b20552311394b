import { expect } from "chai";

/** A stream's hold on a slot, as the model knows it. */
interface Held {
  streamId: string;
  expiresAtMs: number;
}

export interface ModelTerms {
  limit: number;
  leaseMs: number;
}

/** What an instance was asked, and what its clock showed. */
export interface Asked {
  streamId: string;
  replaceStreamId?: string | undefined;
  nowMs: number;
}

/**
 * What must be true of one caller's slots, in as few words as possible: who holds one, until when,
 * and what has been promised to whom. Knows no slots by number, no store and no concurrency.
 */
export class LeaseModel {
  readonly #terms: ModelTerms;
  #held = new Map<string, Held>();
  /** By stream, the true time until which its slot was promised. */
  readonly #promises = new Map<string, number>();

  constructor(terms: ModelTerms) {
    this.#terms = terms;
  }

  expectedStart({ streamId, replaceStreamId = "", nowMs }: Asked): string {
    if (this.isLive(streamId, nowMs)) return "renewed";
    if (this.#held.has(replaceStreamId)) return "started";
    return this.live(nowMs).length < this.#terms.limit ? "started" : "refused";
  }

  isLive(streamId: string, nowMs: number): boolean {
    return (this.#held.get(streamId)?.expiresAtMs ?? 0) > nowMs;
  }

  live(nowMs: number): string[] {
    return [...this.#held.keys()].filter((streamId) => this.isLive(streamId, nowMs));
  }

  keep({ streamId, replaceStreamId, nowMs }: Asked): void {
    if (replaceStreamId !== undefined) this.drop(replaceStreamId);
    const earlier = this.isLive(streamId, nowMs) ? this.#held.get(streamId) : undefined;
    const expiresAtMs = Math.max(earlier?.expiresAtMs ?? 0, nowMs + this.#terms.leaseMs);
    this.#held.set(streamId, { streamId, expiresAtMs });
  }

  /** The caller was told that the stream has a slot until then, by true time. */
  promise(streamId: string, untilMs: number): void {
    this.#promises.set(streamId, Math.max(this.#promises.get(streamId) ?? 0, untilMs));
  }

  drop(streamId: string): void {
    this.#held.delete(streamId);
    this.#promises.delete(streamId);
  }

  /**
   * Compares with what the slots really hold.
   *
   * A start may have overwritten one lease that had expired by the clock of its instance; which
   * one is the store's choice, and is learned here.
   */
  compare(slots: readonly Held[], evictedBeforeMs: number | undefined): void {
    const real = new Map(slots.map(({ streamId, expiresAtMs }) => [streamId, expiresAtMs]));
    expect(real.size, "a stream has two slots").to.equal(slots.length);
    const missing = [...this.#held.values()].filter(({ streamId }) => !real.has(streamId));
    expect(missing.length, "leases have vanished").to.be.at.most(
      evictedBeforeMs === undefined ? 0 : 1,
    );
    for (const { streamId, expiresAtMs } of missing) {
      expect(expiresAtMs, `a live lease was taken from ${streamId}`).to.be.at.most(
        evictedBeforeMs ?? 0,
      );
      this.#held.delete(streamId);
    }
    const expected = [...this.#held.values()].map((held) => [held.streamId, held.expiresAtMs]);
    expect([...real].sort()).to.deep.equal(expected.sort());
  }

  /** After writes at the same time, whose order nobody knows. */
  adopt(slots: readonly Held[]): void {
    this.#held = new Map(
      slots.map(({ streamId, expiresAtMs }) => [streamId, { streamId, expiresAtMs }]),
    );
    expect(this.#held.size, "a stream has two slots").to.equal(slots.length);
  }

  /** No more promises than slots, and none that is broken. */
  checkPromises(trueMs: number): void {
    for (const [streamId, untilMs] of this.#promises) {
      if (untilMs <= trueMs) this.#promises.delete(streamId);
    }
    expect(this.#promises.size, "more promises than slots").to.be.at.most(this.#terms.limit);
    for (const [streamId, untilMs] of this.#promises) {
      const expiresAtMs = this.#held.get(streamId)?.expiresAtMs ?? 0;
      expect(expiresAtMs, `the promise to ${streamId} is broken`).to.be.at.least(untilMs);
    }
  }
}
