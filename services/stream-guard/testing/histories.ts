import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { ActiveStreams } from "../active-streams.ts";
import { DynamoDBDetailsStore } from "../dynamodb/details-store.ts";
import { DynamoDBLeaseStore } from "../dynamodb/lease-store.ts";
import { StreamGuard } from "../guard.ts";
import type { StreamDetails } from "../leases.ts";
import { UnclaimedSlots } from "../resilience/unclaimed-slots.ts";
import { addFaults, type CallFault, LATE_MS } from "./faulty-client.ts";
import { createLocalClient, type StreamsTable } from "./stream-leases.ts";

const LIMIT = 3;
const INSTANCES = 2;

const step = fc.record({
  verb: fc.constantFrom("start", "start", "start", "replace", "heartbeat", "end"),
  instance: fc.nat(INSTANCES - 1),
  /** Which of the streams that players know to be theirs. */
  index: fc.nat(LIMIT - 1),
  hasDetails: fc.boolean(),
  /** The client leaves before its answer. */
  leaves: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const fault = fc.constantFrom<CallFault>(
  ...(["none", "none", "none", "throttled", "lost", "late", "repeated"] as const),
);

/** Requests that come in groups, those of a group at once, and the faults that the calls meet. */
export const histories = fc.record({
  groups: fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), {
    minLength: 5,
    maxLength: 20,
  }),
  faults: fc.infiniteStream(fault),
});
export type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;

/** Streams of one caller, as their players know them. Nobody asks again after a failed start. */
class Players {
  /** Were given a slot, and have not given it up. */
  readonly owned = new Set<string>();
  /** Asked to end, or to be replaced, and heard of a failure: both are right. */
  readonly unsure = new Set<string>();

  /** Takes a stream out for a request, so that no two of a group are about it. */
  take(index: number): string | undefined {
    const streamId = [...this.owned][index];
    if (streamId !== undefined) this.owned.delete(streamId);
    return streamId;
  }
}

let callers = 0;

/** Runs a history; then no slot may be held but by a stream whose player knows of it. */
export async function runHistory(streams: StreamsTable, { groups, faults }: History) {
  callers += 1;
  const caller = `history-${callers}`;
  const players = new Players();
  const world = { isFaulty: true };
  const draw = () => (world.isFaulty ? (faults.next().value as CallFault) : "none");
  const instances = Array.from({ length: INSTANCES }, () => createInstance(streams, draw));
  for (const group of groups) {
    await Promise.all(group.map((each) => runStep(each, { caller, players, instances })));
    expect(players.owned.size, "more streams than the limit").to.be.at.most(LIMIT);
  }
  world.isFaulty = false;
  for (const { unclaimed } of instances) {
    await pollUntil(() => unclaimed.count === 0, { what: "Everything is given back" });
  }
  const live = (await instances[0]!.guard.list(caller)).map(({ streamId }) => streamId);
  expect(live).to.include.members([...players.owned]);
  expect(live.filter((id) => !players.owned.has(id) && !players.unsure.has(id))).to.deep.equal([]);
  for (const { client } of instances) client.destroy();
}

type Instance = ReturnType<typeof createInstance>;

function createInstance(streams: StreamsTable, draw: () => CallFault) {
  const client = createLocalClient(streams.url);
  addFaults(client, draw);
  const now = () => Date.UTC(2026, 0, 1);
  const leases = new DynamoDBLeaseStore({ client, table: streams.table, limit: LIMIT });
  const unclaimed = new UnclaimedSlots({ leases, now, retryMs: 4 * LATE_MS, capacity: 1_000 });
  const guard = new StreamGuard({
    ...{ leases, unclaimed, now, limit: LIMIT, leaseMs: 60_000, clockSkewMs: 0 },
    details: new DynamoDBDetailsStore({ client, table: streams.table }),
    active: new ActiveStreams({ intervalMs: 20_000, now }),
    createId: randomUUID,
    createOrderId: randomUUID,
  });
  return { client, guard, unclaimed };
}

interface Scene {
  caller: string;
  players: Players;
  instances: readonly Instance[];
}

async function runStep(step: Step, scene: Scene): Promise<void> {
  if (step.verb === "start") return start(step, scene, undefined);
  const streamId = scene.players.take(step.index);
  if (streamId === undefined) return;
  if (step.verb === "replace") return start(step, scene, streamId);
  return step.verb === "heartbeat" ? beat(step, scene, streamId) : end(step, scene, streamId);
}

async function start(step: Step, scene: Scene, replaceStreamId: string | undefined) {
  const { caller, players, instances } = scene;
  const leaving = new AbortController();
  const request = { replaceStreamId, details: detailsOf(step), signal: leaving.signal };
  const answer = instances[step.instance]!.guard.start(caller, request);
  if (step.leaves) leaving.abort(new Error("gone"));
  const outcome = await answer.catch(() => undefined);
  if (outcome?.result === "started") players.owned.add(outcome.streamId);
  else if (replaceStreamId !== undefined) players.unsure.add(replaceStreamId);
}

async function beat(step: Step, { caller, players, instances }: Scene, streamId: string) {
  const { guard } = instances[step.instance]!;
  const outcome = await guard.heartbeat(caller, streamId, detailsOf(step)).catch(() => undefined);
  expect(outcome?.result).to.be.oneOf(["renewed", undefined]);
  players.owned.add(streamId);
}

async function end(step: Step, { caller, players, instances }: Scene, streamId: string) {
  const { guard } = instances[step.instance]!;
  const hasEnded = await guard.end(caller, streamId).catch(() => undefined);
  expect(hasEnded).to.be.oneOf([true, undefined]);
  if (hasEnded === undefined) players.unsure.add(streamId);
}

function detailsOf({ hasDetails }: Step): StreamDetails {
  return hasDetails ? { video_name: "One" } : {};
}
