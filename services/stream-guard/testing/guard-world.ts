import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { LeaseModel } from "./lease-model.ts";
import type { StreamsTable } from "./stream-leases.ts";
import { ActiveStreams } from "../active-streams.ts";
import { DynamoDBDetailsStore } from "../dynamodb/details-store.ts";
import { StreamGuard } from "../guard.ts";
import { DynamoDBLeaseStore } from "../dynamodb/lease-store.ts";
import { UnclaimedSlots } from "../resilience/unclaimed-slots.ts";

/** A failure prints its seed; `MODEL_SEED=<seed>` runs the same schedules again. */
const seed = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));
const STEPS = { minLength: 40, maxLength: 80 };
const LIMIT = 3;
const LEASE_MS = 60_000;
const SKEW_MS = 5_000;
const INSTANCES = 3;
const START_MS = Date.UTC(2026, 0, 1);

const instance = fc.nat(INSTANCES - 1);
const streamId = fc.constantFrom<string>("a", "b", "c", "d", "e");
const stream = { caller: fc.constantFrom<string>("one", "two"), instance, streamId };
const call = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      verb: fc.constant("start" as const),
      ...stream,
      /** False for a player that crashed, or whose reply was lost: nothing was promised to it. */
      heard: fc.boolean(),
      replaceStreamId: fc.option(streamId, { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ verb: fc.constant("heartbeat" as const), ...stream }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant("end" as const), ...stream }) },
);
const step = fc.oneof(
  { weight: 12, arbitrary: call },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant("at once" as const),
      calls: fc.array(call, { minLength: 2, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constant("wait" as const),
      // Mostly a little; now and then until the moment when clocks begin to disagree.
      ms: fc.oneof(fc.nat(LEASE_MS / 2), fc.integer({ min: LEASE_MS - SKEW_MS, max: LEASE_MS })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("crash" as const), instance }) },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: fc.constant("set clock" as const),
      instance,
      aheadMs: fc.nat(SKEW_MS),
    }),
  },
);

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Answer {
  result: string;
  promisedUntilMs?: number;
}

interface Instance {
  guard: StreamGuard;
  aheadMs: number;
}

let worlds = 0;

/** Some instances with clocks of their own, over one table, and the model of each caller. */
class World {
  #trueMs = START_MS;
  readonly #streams: StreamsTable;
  readonly #store: DynamoDBLeaseStore;
  readonly #instances: Instance[];
  readonly #models = new Map<string, LeaseModel>();
  readonly #name: string;

  constructor(streams: StreamsTable) {
    worlds += 1;
    this.#name = `world-${worlds}`;
    this.#streams = streams;
    this.#store = new DynamoDBLeaseStore({ ...streams, limit: LIMIT });
    this.#instances = Array.from({ length: INSTANCES }, (_, index) => this.#createInstance(index));
  }

  async run(step: Step): Promise<void> {
    switch (step.verb) {
      case "wait":
        this.#trueMs += step.ms;
        return;
      case "crash": {
        const { aheadMs } = this.#at(step.instance);
        this.#instances[step.instance] = this.#createInstance(step.instance, aheadMs);
        return;
      }
      case "set clock":
        this.#at(step.instance).aheadMs = step.aheadMs;
        return;
      case "at once":
        return this.#callAtOnce(step.calls);
      default:
        return this.#call(step);
    }
  }

  /** After a silence as long as a lease, by any clock, every slot is to be had again. */
  async expectNothingLeaked(): Promise<void> {
    this.#trueMs += LEASE_MS + SKEW_MS;
    for (const caller of this.#models.keys()) {
      for (let index = 0; index < LIMIT; index += 1) {
        const call = { verb: "start", instance: 0, streamId: `new-${index}`, caller } as const;
        await this.#call({ ...call, heard: true, replaceStreamId: undefined });
      }
      expect(this.#model(caller).live(this.#trueMs)).to.deep.equal(["new-0", "new-1", "new-2"]);
    }
  }

  async #call(call: Call): Promise<void> {
    const model = this.#model(call.caller);
    const asked = this.#asked(call);
    const isHeld = model.isLive(call.streamId, asked.nowMs);
    const expected = {
      start: () => model.expectedStart(asked),
      heartbeat: () => (isHeld ? "renewed" : "lost"),
      end: () => (isHeld ? "ended" : "unknown"),
    }[call.verb]();
    const answer = await this.#ask(call);
    expect(answer.result, JSON.stringify(call)).to.equal(expected);
    this.#learn(call, answer);
    model.compare(await this.#slots(call.caller), call.verb === "start" ? asked.nowMs : undefined);
    model.checkPromises(this.#trueMs);
  }

  /** Nobody knows in which order these are done; what must always be true must be true after. */
  async #callAtOnce(calls: readonly Call[]): Promise<void> {
    const answers = await Promise.all(calls.map((call) => this.#ask(call)));
    for (const caller of new Set(calls.map((call) => call.caller))) {
      const model = this.#model(caller);
      const own = calls.filter((call) => call.caller === caller);
      const givenUp = own.flatMap((call) =>
        call.verb === "end" ? [call.streamId] : [this.#asked(call).replaceStreamId ?? ""],
      );
      for (const streamId of givenUp) model.drop(streamId);
      for (const call of own.filter(({ streamId }) => !givenUp.includes(streamId))) {
        this.#learn(call, answers[calls.indexOf(call)]!);
      }
      model.adopt(await this.#slots(caller));
      model.checkPromises(this.#trueMs);
    }
  }

  #learn(call: Call, { result, promisedUntilMs = 0 }: Answer): void {
    const model = this.#model(call.caller);
    if (result === "ended") model.drop(call.streamId);
    if (result !== "started" && result !== "renewed") return;
    const asked = this.#asked(call);
    model.keep(asked);
    if (call.verb === "heartbeat" || (call.verb === "start" && call.heard)) {
      // What lasts until then by the instance's clock lasts as long by any other.
      model.promise(call.streamId, this.#trueMs + promisedUntilMs - asked.nowMs);
    }
  }

  async #ask(call: Call): Promise<Answer> {
    const { guard } = this.#at(call.instance);
    const caller = `${this.#name}/${call.caller}`;
    switch (call.verb) {
      case "start":
        return guard.start(caller, { ...this.#asked(call), details: {} });
      case "heartbeat":
        return guard.heartbeat(caller, call.streamId, {});
      case "end":
        return { result: (await guard.end(caller, call.streamId)) ? "ended" : "unknown" };
    }
  }

  #asked(call: Call) {
    const replaced = call.verb === "start" ? call.replaceStreamId : undefined;
    return {
      streamId: call.streamId,
      replaceStreamId: replaced === call.streamId ? undefined : replaced,
      nowMs: this.#trueMs + this.#at(call.instance).aheadMs,
    };
  }

  /** What the slots hold, expired or not. */
  #slots(caller: string) {
    return this.#store.list(`${this.#name}/${caller}`, 0);
  }

  #createInstance(index: number, aheadMs = 0): Instance {
    const now = () => this.#trueMs + this.#at(index).aheadMs;
    const leases = new DynamoDBLeaseStore({ ...this.#streams, limit: LIMIT });
    const guard = new StreamGuard({
      leases,
      unclaimed: new UnclaimedSlots({ leases, now, retryMs: 10, capacity: 100 }),
      details: new DynamoDBDetailsStore(this.#streams),
      active: new ActiveStreams({ intervalMs: LEASE_MS, now }),
      limit: LIMIT,
      leaseMs: LEASE_MS,
      clockSkewMs: SKEW_MS,
      now,
      createId: () => "unused",
      createOrderId: randomUUID,
    });
    return { guard, aheadMs };
  }

  #at(index: number): Instance {
    return this.#instances[index]!;
  }

  #model(caller: string): LeaseModel {
    const terms = { limit: LIMIT, leaseMs: LEASE_MS };
    const model = this.#models.get(caller) ?? new LeaseModel(terms);
    this.#models.set(caller, model);
    return model;
  }
}

/** Runs so many random schedules. @throws with the seed and the shortest schedule that breaks a promise. */
export async function walkSchedules(streams: StreamsTable, runs: number): Promise<void> {
  const schedule = fc.asyncProperty(fc.array(step, STEPS), async (steps) => {
    const world = new World(streams);
    for (const step of steps) await world.run(step);
    await world.expectNothingLeaked();
  });
  await fc.assert(schedule, { seed, numRuns: runs });
}
