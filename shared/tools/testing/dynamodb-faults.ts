import type { Body } from "./dynamodb-limits.ts";

/** How likely each fault is for a call that it fits, from 0 to 1; 0 when missing. */
export interface FaultChances {
  /** The call is not done, and the caller is asked to slow down. */
  throttled?: number;
  /** The call is not done, and gets no reply until the proxy ends. */
  hanging?: number;
  /** The call is done, then the connection breaks. */
  lostReply?: number;
  /** A Scan or Query gives fewer items than it could, or none, with a `LastEvaluatedKey`. */
  shortPage?: number;
  /** A batch is done in part; the rest comes back as `UnprocessedItems` or `UnprocessedKeys`. */
  unprocessed?: number;
}

type Fate = "answered" | "throttled" | "hanging" | "lostReply";

/** What becomes of one call. */
export interface FaultPlan {
  fate: Fate;
  /** What the database is asked. */
  input: Body;
  /** What the caller gets as its reply. */
  amend: (reply: Body) => Body;
}

/** Faults that any caller of DynamoDB must expect. The same seed and calls give the same faults. */
export class SeededFaults {
  readonly #chances: FaultChances;
  readonly #random: () => number;

  constructor(seed: number, chances: FaultChances) {
    this.#chances = chances;
    this.#random = mulberry32(seed);
  }

  plan(action: string, input: Body): FaultPlan {
    const fates = ["throttled", "hanging", "lostReply"] as const;
    const fate: Fate = fates.find((each) => this.#happens(each)) ?? "answered";
    const part = { fate, input, amend: (reply: Body) => reply };
    if (["Scan", "Query"].includes(action) && this.#happens("shortPage")) {
      return { ...part, ...this.#shortenPage(input) };
    }
    if (action.startsWith("Batch") && this.#happens("unprocessed")) {
      return { ...part, ...this.#cutBatch(action, input) };
    }
    return part;
  }

  #happens(fault: keyof FaultChances): boolean {
    return this.#random() < (this.#chances[fault] ?? 0);
  }

  #shortenPage(input: Body): Pick<FaultPlan, "input"> & Partial<FaultPlan> {
    const { Limit = 3, ExclusiveStartKey } = input as { Limit?: number; ExclusiveStartKey?: Body };
    const short = { ...input, Limit: this.#upTo(Limit) };
    if (ExclusiveStartKey === undefined || this.#random() < 0.5) return { input: short };
    // Nothing is skipped: the next page begins where this one did.
    const empty = { Items: [], Count: 0, ScannedCount: 0, LastEvaluatedKey: ExclusiveStartKey };
    return { input: short, amend: (reply) => ({ ...reply, ...empty }) };
  }

  /** DynamoDB does at least one part of a batch that it answers. */
  #cutBatch(action: string, input: Body): Omit<FaultPlan, "fate"> {
    const isWrite = action === "BatchWriteItem";
    const [taken, left]: Record<string, unknown>[] = [{}, {}];
    for (const [table, request] of Object.entries(input["RequestItems"] as Body)) {
      const parts = isWrite ? (request as unknown[]) : (request as { Keys: unknown[] }).Keys;
      const wrap = (some: unknown[]) => (isWrite ? some : { ...(request as Body), Keys: some });
      const cut = this.#upTo(Math.max(1, parts.length - 1));
      taken![table] = wrap(parts.slice(0, cut));
      if (cut < parts.length) left![table] = wrap(parts.slice(cut));
    }
    const name = isWrite ? "UnprocessedItems" : "UnprocessedKeys";
    return {
      input: { ...input, RequestItems: taken },
      amend: (reply) => ({ ...reply, [name]: left }),
    };
  }

  /** A whole number from 1 to the highest. */
  #upTo(highest: number): number {
    return 1 + Math.floor(this.#random() * highest);
  }
}

/** Tommy Ettinger's generator: 32 bits of state, even enough for a test. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
