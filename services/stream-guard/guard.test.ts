import { expect } from "chai";
import { ActiveStreams } from "./active-streams.ts";
import { StreamGuard } from "./guard.ts";
import type { Lease, LeaseOrder, LeaseStore, StreamDetails } from "./leases.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const DAY_MS = 86_400_000;

/** A guard over a store that grants everything, and what it told both stores. */
function createGuard({ leaseSeconds = 60, clockSkewSeconds = 5 } = {}) {
  const clock = { nowMs: NOON };
  const unclaimed: LeaseOrder[] = [];
  const saved: { atMs: number; details: StreamDetails }[] = [];
  const lease: Lease = { streamId: "a", startedAtMs: NOON, expiresAtMs: 0 };
  const grant = (expiresAtMs: number) => [{ ...lease, expiresAtMs }];
  const leases: LeaseStore = {
    start: (order) => Promise.resolve({ result: "started", live: grant(order.expiresAtMs) }),
    renew: (order) => Promise.resolve(grant(order.expiresAtMs)),
    end: () => Promise.resolve([]),
    takeBack: () => Promise.resolve(),
    lossOf: () => Promise.resolve(undefined),
    list: () => Promise.resolve([]),
  };
  const now = () => clock.nowMs;
  const guard = new StreamGuard({
    leases,
    details: {
      save: (_caller, _lease, details) => {
        saved.push({ atMs: clock.nowMs, details });
        return Promise.resolve();
      },
      find: () => Promise.resolve([]),
    },
    active: new ActiveStreams({ intervalMs: 20_000, now }),
    ...{ limit: 3, leaseMs: leaseSeconds * 1_000, clockSkewMs: clockSkewSeconds * 1_000, now },
    unclaimed: { giveBack: (order) => unclaimed.push(order) },
    createId: () => "a",
    createOrderId: () => "order",
  });
  return { guard, clock, saved, unclaimed };
}

describe("StreamGuard", () => {
  const terms = [
    { leaseSeconds: 60, clockSkewSeconds: 5, promised: 55, heartbeat: 18 },
    { leaseSeconds: 60, clockSkewSeconds: 0, promised: 60, heartbeat: 20 },
    { leaseSeconds: 20, clockSkewSeconds: 5, promised: 15, heartbeat: 5 },
    { leaseSeconds: 8, clockSkewSeconds: 5, promised: 6, heartbeat: 2 },
    { leaseSeconds: 2, clockSkewSeconds: 5, promised: 1.5, heartbeat: 0.5 },
  ];
  for (const { promised, heartbeat, ...options } of terms) {
    const { leaseSeconds, clockSkewSeconds } = options;
    it(`promises ${promised} of ${leaseSeconds} s when clocks are ${clockSkewSeconds} s apart`, async () => {
      const { guard } = createGuard(options);
      const hold = await guard.start("caller", { details: {} });
      expect(hold).to.include({ promisedUntilMs: NOON + promised * 1_000 });
      expect(guard.heartbeatSeconds).to.equal(heartbeat);
    });
  }

  it("writes details only when there is something new to keep", async () => {
    const { guard, saved } = createGuard();
    await guard.start("caller", { details: {} });
    await guard.heartbeat("caller", "a", {});
    expect(saved).to.deep.equal([]);
    await guard.heartbeat("caller", "a", { video_playing: false });
    expect(saved).to.deep.equal([{ atMs: NOON, details: { video_playing: false } }]);
  });

  it("keeps what is known of a stream from being swept, once each day that it is watched", async () => {
    const { guard, clock, saved } = createGuard();
    await guard.start("caller", { details: {} });
    while (clock.nowMs < NOON + 3.5 * DAY_MS) {
      clock.nowMs += 18_000;
      await guard.heartbeat("caller", "a", {});
    }
    const days = saved.map(({ atMs }) => Math.round((atMs - NOON) / DAY_MS));
    expect(new Set(days)).to.deep.equal(new Set([1, 2, 3]));
    expect(days).to.have.length.at.most(3 * 4);
  });

  it("gives back the slot of a client of which it hears too late that it has left", async () => {
    const { guard, unclaimed } = createGuard();
    const leaving = new AbortController();
    setImmediate(() => leaving.abort(new Error("left")));
    const outcome = await guard
      .start("caller", { details: {}, signal: leaving.signal })
      .catch((error: unknown) => error);
    expect(outcome).to.have.property("message", "left");
    expect(unclaimed).to.have.length(1);
  });

  it("keeps nothing of a stream that has ended", async () => {
    const { guard, saved } = createGuard();
    await guard.heartbeat("caller", "a", { video_ended: true });
    expect(saved).to.deep.equal([]);
  });
});

describe("ActiveStreams", () => {
  const create = () => {
    const clock = { nowMs: NOON };
    return { clock, active: new ActiveStreams({ intervalMs: 20_000, now: () => clock.nowMs }) };
  };

  it("counts each stream once, however often it is heard of", () => {
    const { active } = create();
    for (const streamId of ["a", "b", "a"]) active.seen("caller", streamId);
    expect(active.count).to.equal(2);
  });

  it("forgets what was not heard of for an interval", () => {
    const { active, clock } = create();
    active.seen("caller", "a");
    clock.nowMs += 15_000;
    active.seen("caller", "b");
    clock.nowMs += 5_000;
    expect(active.count).to.equal(1);
    active.seen("caller", "b");
    clock.nowMs += 19_999;
    expect(active.count).to.equal(1);
  });

  it("forgets what has ended, and only that", () => {
    const { active } = create();
    active.seen("one", "a");
    active.seen("other", "a");
    active.ended("one", "a");
    active.ended("one", "never");
    expect(active.count).to.equal(1);
  });
});
