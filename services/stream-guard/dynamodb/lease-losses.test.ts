import { expect } from "chai";
import { openStreamsTable, type StreamsTable } from "../testing/stream-leases.ts";
import { DynamoDBLeaseStore } from "./lease-store.ts";
import type { StartOrder } from "../leases.ts";

const LEASE_MS = 60_000;
const NOON = Date.UTC(2026, 0, 1, 12);

type Wish = Partial<StartOrder> & { streamId: string };

describe("DynamoDBLeaseStore, of slots that are given back or lost", () => {
  let streams: StreamsTable;
  let store: DynamoDBLeaseStore;
  let caller: string;
  let count = 0;
  before(async () => {
    streams = await openStreamsTable();
    store = new DynamoDBLeaseStore({ ...streams, limit: 3 });
  });
  after(() => streams[Symbol.asyncDispose]());
  beforeEach(() => (caller = `caller-${(count += 1)}`));

  const order = (wish: Wish) => {
    const { nowMs = NOON } = wish;
    const named = { caller, orderId: `order-${(count += 1)}`, reason: "ended" as const };
    return { ...named, expiresAtMs: nowMs + LEASE_MS, ...wish, nowMs };
  };
  const start = (wish: Wish) => store.start(order(wish));
  const startAll = async (...streamIds: string[]) => {
    for (const streamId of streamIds) await start({ streamId });
  };
  const live = async (nowMs = NOON) =>
    (await store.list(caller, nowMs)).map(({ streamId }) => streamId);

  for (const [what, renew] of [
    ["heartbeat", (wish: Wish) => store.renew(order(wish))],
    ["second start", start],
  ] as const) {
    it(`keeps a lease as long as it was promised, when an earlier ${what} comes late`, async () => {
      const first = order({ streamId: "a", nowMs: NOON + 30_000 });
      await store.start(first);
      await renew({ streamId: "a", nowMs: NOON + 10_000 });
      const [lease] = await store.list(caller, NOON);
      expect(lease).to.include({ expiresAtMs: NOON + 90_000 });
      // It is a renewal all the same: the start that took the slot cannot be undone any more.
      await store.takeBack(first);
      expect(await live(NOON + 89_999)).to.deep.equal(["a"]);
    });
  }

  it("takes back the slot that a start took, and frees it at once", async () => {
    const taken = order({ streamId: "c" });
    await startAll("a", "b");
    await store.start(taken);
    await store.takeBack(taken);
    expect(await live()).to.have.members(["a", "b"]);
    await store.takeBack(taken);
    expect(await start({ streamId: "d" })).to.include({ result: "started" });
  });

  it("takes back no slot that was renewed since, or that another start took", async () => {
    const [renewed, started] = [order({ streamId: "a" }), order({ streamId: "b" })];
    const other = order({ streamId: "b", nowMs: NOON });
    for (const each of [renewed, started]) await store.start(each);
    await store.renew(order({ streamId: "a" }));
    await store.end(order({ streamId: "b" }));
    await store.start(other);
    for (const each of [renewed, started]) await store.takeBack(each);
    expect(await live()).to.have.members(["a", "b"]);
  });

  it("takes nothing from a stream that had its slot before the start", async () => {
    await start({ streamId: "a" });
    const again = order({ streamId: "a", nowMs: NOON + 1 });
    expect((await store.start(again)).result).to.equal("renewed");
    await store.takeBack(again);
    expect(await live()).to.deep.equal(["a"]);
  });

  it("knows why a stream has lost its slot", async () => {
    const loss = (streamId: string, nowMs = NOON) => store.lossOf({ caller, streamId, nowMs });
    await startAll("a", "b", "c");
    await store.end(order({ streamId: "a" }));
    await store.end({ ...order({ streamId: "b" }), reason: "ended_by_operator" });
    await start({ streamId: "d", replaceStreamId: "c" });
    expect(await Promise.all(["a", "b", "c", "z"].map((id) => loss(id)))).to.deep.equal([
      ...["ended", "ended_by_operator", "replaced", undefined],
    ]);
    expect(await loss("d", NOON + LEASE_MS)).to.equal("expired");
  });

  it("knows it also when the replaced stream had another slot than the one that is taken", async () => {
    await startAll("a", "b");
    await start({ streamId: "a", replaceStreamId: "b" });
    expect(await store.lossOf({ caller, streamId: "b", nowMs: NOON })).to.equal("replaced");
  });

  it("does not take an earlier end for the reason of a later loss", async () => {
    await start({ streamId: "a" });
    await store.end({ ...order({ streamId: "a" }), reason: "ended_by_operator" });
    await start({ streamId: "a", nowMs: NOON + 1 });
    const later = NOON + 1 + LEASE_MS;
    expect(await store.lossOf({ caller, streamId: "a", nowMs: later })).to.equal("expired");
  });
});
