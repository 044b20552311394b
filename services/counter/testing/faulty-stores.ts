import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import type { HitBatch } from "../counter.ts";
import type { EndedEpoch, Epoch, Ledger, LedgerEntry } from "../ledger.ts";
import { Pages } from "../redis/pages.ts";

/** What becomes of a call: refused by the store, lost on the way, done without a reply, or done later. */
export const faults = ["refused", "lost", "unanswered", "late"] as const;
export type Fault = (typeof faults)[number];

/** Calls under way, those in the background too. */
class CallsUnderWay {
  readonly #calls = new Set<Promise<unknown>>();

  add<T>(call: Promise<T>): Promise<T> {
    this.#calls.add(call);
    const remove = () => this.#calls.delete(call);
    call.then(remove, remove);
    return call;
  }

  /** Resolves when none is left, nor follows from one that was. */
  async end(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls);
  }
}

/** Pages in Redis whose next calls fail on request. */
export class FaultyPages extends Pages {
  readonly calls = new CallsUnderWay();
  readonly next: {
    start?: Fault | undefined;
    extend?: Fault | undefined;
    add?: "unanswered" | undefined;
  } = {};
  /** Calls that the network still holds. */
  readonly late: (() => Promise<void>)[] = [];

  override add(batch: HitBatch): ReturnType<Pages["add"]> {
    const send = super.add(batch);
    return async () => {
      const reply = await send();
      if (!this.#take("add")) return reply;
      throw new StoreUnavailable("redis", undefined, { reason: "disconnected" });
    };
  }

  override start(page: string, epoch: Epoch): Promise<void> {
    return this.calls.add(this.#call(this.#take("start"), () => super.start(page, epoch)));
  }

  override extend(page: string, epoch: number, to: number): Promise<void> {
    const run = () => super.extend(page, epoch, to);
    return this.calls.add(this.#call(this.#take("extend"), run));
  }

  #take(verb: keyof FaultyPages["next"]): Fault | undefined {
    const fault = this.next[verb];
    Object.assign(this.next, { [verb]: undefined });
    return fault;
  }

  async #call(fault: Fault | undefined, run: () => Promise<void>): Promise<void> {
    if (fault === undefined || fault === "unanswered") await run();
    if (fault === "late") this.late.push(run);
    if (fault === undefined) return;
    const reason = fault === "refused" ? "full" : "timeout";
    throw new StoreUnavailable("redis", undefined, { reason, mayHaveRun: fault !== "refused" });
  }
}

/** A ledger whose next calls are refused, or done and unanswered. */
export class FaultyLedger implements Ledger {
  readonly calls = new CallsUnderWay();
  /** How many calls from now on fail, and how. */
  readonly failing = { calls: 0, areDone: false };
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  find(page: string): Promise<LedgerEntry | undefined> {
    return this.#call(() => this.#ledger.find(page));
  }

  begin(page: string, seen: LedgerEntry | undefined, epoch: Epoch): Promise<boolean> {
    return this.#call(() => this.#ledger.begin(page, seen, epoch));
  }

  extend(page: string, more: Epoch): Promise<boolean> {
    return this.#call(() => this.#ledger.extend(page, more));
  }

  settle(page: string, ended: EndedEpoch): Promise<void> {
    return this.#call(() => this.#ledger.settle(page, ended));
  }

  rollUp(page: string, epoch: number, estimate: LedgerEntry): Promise<void> {
    return this.#call(() => this.#ledger.rollUp(page, epoch, estimate));
  }

  remove(page: string): Promise<void> {
    return this.#call(() => this.#ledger.remove(page));
  }

  #call<T>(run: () => Promise<T>): Promise<T> {
    return this.calls.add(this.#fail(run));
  }

  async #fail<T>(run: () => Promise<T>): Promise<T> {
    if (this.failing.calls === 0) return run();
    this.failing.calls -= 1;
    if (this.failing.areDone) await run();
    throw new StoreUnavailable("dynamodb");
  }
}
