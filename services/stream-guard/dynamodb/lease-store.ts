import { CallerBusy } from "../resilience/caller-gate.ts";
import type {
  EndOrder,
  Lease,
  LeaseKey,
  LeaseOrder,
  LeaseStore,
  LossReason,
  StartOrder,
  StartOutcome,
} from "../leases.ts";
import { SlotMemory } from "./slot-memory.ts";
import { SlotStore, type SlotStoreOptions } from "./slot-store.ts";
import type { ChangeOrder } from "./slot-update.ts";
import {
  findLive,
  findLoss,
  guessSlot,
  liveLeases,
  planRenewal,
  planStart,
  type SlotChange,
  type Slots,
  withinLimit,
} from "./slots.ts";

/** Each lost round is another start's or end's gain; nobody loses this many but in a storm. */
const MAX_ROUNDS = 20;
const REMEMBERED_CALLERS = 10_000;

/** What to write to the slots as they are, or as they may be; undefined when there is nothing. */
type Plan = (slots: Slots) => SlotChange | undefined;

/**
 * Leases on a caller's slots, each verb one conditional update.
 *
 * Nothing is read before: the first try goes by what this instance saw last, else by a guess from
 * the stream's id. A failed condition returns the slots as they were at that instant, and with
 * them what to write instead: another slot, a renewal, or nothing because all are held.
 */
export class DynamoDBLeaseStore implements LeaseStore {
  readonly #limit: number;
  /** Of all slots. */
  readonly #numbers: readonly number[];
  readonly #slots: SlotStore;
  readonly #memory = new SlotMemory(REMEMBERED_CALLERS);

  constructor(options: SlotStoreOptions) {
    this.#limit = options.limit;
    this.#numbers = [...Array(options.limit).keys()];
    this.#slots = new SlotStore(options);
  }

  async start(order: StartOrder): Promise<StartOutcome> {
    const { replaceStreamId, streamId, nowMs } = order;
    const slot = guessSlot(replaceStreamId ?? streamId, this.#limit);
    const overReplaced = replaceStreamId !== undefined;
    const guess = withinLimit(
      { kind: "take", slot, overReplaced },
      this.#numbers,
      order.limit ?? this.#limit,
    );
    const plan = (slots: Slots) => planStart(slots, order, slot);
    const { change, slots } = await this.#settle(order, guess, plan);
    const live = liveLeases(slots, nowMs);
    if (change === undefined) return { result: "refused", live };
    return { result: change.kind === "renew" ? "renewed" : "started", live };
  }

  async renew(order: LeaseOrder): Promise<readonly Lease[] | undefined> {
    return this.#changeOwn("renew", order);
  }

  async end(order: EndOrder): Promise<readonly Lease[] | undefined> {
    return this.#changeOwn("end", order);
  }

  /** Two calls; a write in between makes the second one fail, which is as good. */
  async takeBack(order: LeaseOrder): Promise<void> {
    const { slots } = await this.#slots.read(order.caller);
    const slot = slots.findIndex((lease) => lease?.takenBy === order.orderId);
    if (slot !== -1) await this.#slots.write(order, { kind: "take back", slot });
  }

  async lossOf({ caller, streamId, nowMs }: LeaseKey): Promise<LossReason | undefined> {
    return findLoss(await this.#slots.read(caller), streamId, nowMs);
  }

  async list(caller: string, nowMs: number): Promise<readonly Lease[]> {
    const { slots } = await this.#slots.read(caller);
    return liveLeases(slots, nowMs);
  }

  /** Rejects, saying why, when the store cannot be used. */
  async check(): Promise<void> {
    await this.#slots.check();
  }

  async #changeOwn(kind: "renew" | "end", order: ChangeOrder) {
    const { streamId, nowMs } = order;
    const guess = { kind, slot: guessSlot(streamId, this.#limit) };
    const { change, slots } = await this.#settle(order, guess, (known) => {
      if (kind === "renew") return planRenewal(known, order);
      const slot = findLive(known, streamId, nowMs);
      return slot === undefined ? undefined : { kind, slot };
    });
    return change && liveLeases(slots, nowMs);
  }

  /** Plans and writes until the plan fits what the slots really hold. */
  async #settle(order: ChangeOrder, guess: SlotChange, plan: Plan) {
    const remembered = this.#memory.recall(order.caller);
    // Memory alone refuses nobody: it may be out of date.
    let change: SlotChange | undefined = (remembered && plan(remembered)) ?? guess;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { isWritten, slots } = await this.#slots.write(order, change);
      this.#memory.remember(order.caller, slots);
      if (isWritten) return { change, slots };
      order.signal?.throwIfAborted();
      change = plan(slots);
      if (change === undefined) return { change, slots };
    }
    throw new CallerBusy();
  }
}
