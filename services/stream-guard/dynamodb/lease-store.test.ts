import { ConditionalCheckFailedException, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import {
  createLocalClient,
  openStreamsTable,
  type StreamsTable,
} from "../testing/stream-leases.ts";
import { DynamoDBLeaseStore } from "./lease-store.ts";
import type { LeaseStore, StartOrder } from "../leases.ts";
import { guessSlot } from "./slots.ts";

const LEASE_MS = 60_000;
const NOON = Date.UTC(2026, 0, 1, 12);

type Wish = Partial<StartOrder> & { streamId: string };

let callers = 0;
let orders = 0;
const nextOrderId = () => `order-${(orders += 1)}`;

/** The contract of `LeaseStore`, for a store with three slots a caller. */
function describeLeaseStore(name: string, create: () => LeaseStore): void {
  describe(name, () => {
    let store: LeaseStore;
    let caller: string;
    beforeEach(() => {
      store = create();
      callers += 1;
      caller = `caller-${callers}`;
    });

    const order = (wish: Wish) => {
      const { nowMs = NOON } = wish;
      const named = { caller, orderId: nextOrderId(), reason: "ended" as const };
      return { ...named, expiresAtMs: nowMs + LEASE_MS, ...wish, nowMs };
    };
    const start = (wish: Wish) => store.start(order(wish));
    const startAll = async (...streamIds: string[]) => {
      for (const streamId of streamIds) await start({ streamId });
    };
    const live = async (nowMs = NOON) =>
      (await store.list(caller, nowMs)).map(({ streamId }) => streamId);
    const result = async (wish: Wish) => (await start(wish)).result;

    it("starts as many streams as there are slots, and refuses the next", async () => {
      for (const streamId of ["a", "b", "c"]) {
        expect(await result({ streamId })).to.equal("started");
      }
      const refused = await start({ streamId: "d" });
      expect(refused.result).to.equal("refused");
      expect(refused.live.map(({ streamId }) => streamId)).to.have.members(["a", "b", "c"]);
      expect(await live()).to.have.members(["a", "b", "c"]);
    });

    for (const limit of [1, 2]) {
      it(`holds a caller's own limit of ${limit}, however many starts come at once`, async () => {
        const ids = ["a", "b", "c", "d", "e", "f", "g", "h"];
        const starts = await Promise.all(ids.map((streamId) => start({ streamId, limit })));
        const started = starts.filter((each) => each.result === "started");
        expect(started).to.have.length(limit);
        expect(await live()).to.have.length(limit);
      });
    }

    it("counts the streams of a larger limit before, ends none, and lets one be replaced", async () => {
      await startAll("a", "b");
      expect(await result({ streamId: "c", limit: 2 })).to.equal("refused");
      expect(await result({ streamId: "c", limit: 1, replaceStreamId: "a" })).to.equal("refused");
      expect(await result({ streamId: "a", limit: 1 })).to.equal("renewed");
      expect(await live()).to.have.members(["a", "b"]);
      expect(await result({ streamId: "c", limit: 2, replaceStreamId: "a" })).to.equal("started");
      expect(await live()).to.have.members(["b", "c"]);
      const later = NOON + LEASE_MS;
      expect(await result({ streamId: "d", limit: 1, nowMs: later })).to.equal("started");
    });

    it("tells the live leases after a start, the oldest stream first", async () => {
      await start({ streamId: "a", nowMs: NOON });
      const { live: leases } = await start({ streamId: "b", nowMs: NOON + 1 });
      expect(leases).to.deep.equal([
        { streamId: "a", startedAtMs: NOON, expiresAtMs: NOON + LEASE_MS },
        { streamId: "b", startedAtMs: NOON + 1, expiresAtMs: NOON + 1 + LEASE_MS },
      ]);
    });

    it("holds the callers apart, even for one stream id", async () => {
      await startAll("a", "b", "c");
      const other = order({ streamId: "a", caller: `${caller}-other` });
      expect((await store.start(other)).result).to.equal("started");
      expect(await store.end(other)).to.deep.equal([]);
      expect(await live()).to.have.members(["a", "b", "c"]);
    });

    it("renews when a live stream is started again", async () => {
      await start({ streamId: "a" });
      const again = await start({ streamId: "a", nowMs: NOON + 10 });
      expect(again).to.deep.equal({
        result: "renewed",
        live: [{ streamId: "a", startedAtMs: NOON, expiresAtMs: NOON + 10 + LEASE_MS }],
      });
    });

    it("gives one slot to a stream that is started twenty times at once", async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, () => result({ streamId: "a" })),
      );
      expect(results.filter((each) => each === "started")).to.have.length(1);
      expect(results.filter((each) => each === "renewed")).to.have.length(19);
      expect(await live()).to.deep.equal(["a"]);
    });

    it("starts three of twenty streams that come at once", async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => result({ streamId: `s${index}` })),
      );
      expect(results.filter((each) => each === "started")).to.have.length(3);
      expect(results.filter((each) => each === "refused")).to.have.length(17);
      expect(await live()).to.have.length(3);
    });

    it("takes expired leases for free slots, at the millisecond", async () => {
      await startAll("a", "b", "c");
      const expiry = NOON + LEASE_MS;
      expect(await result({ streamId: "d", nowMs: expiry - 1 })).to.equal("refused");
      expect(await live(expiry - 1)).to.have.length(3);
      expect(await live(expiry)).to.deep.equal([]);
      expect(await result({ streamId: "d", nowMs: expiry })).to.equal("started");
      expect(await live(expiry)).to.deep.equal(["d"]);
    });

    it("starts an expired stream again, and never in two slots", async () => {
      await startAll("a", "b", "c");
      const later = NOON + LEASE_MS;
      const [again] = (await start({ streamId: "b", nowMs: later })).live;
      expect(again).to.include({ streamId: "b", startedAtMs: later });
      // An instance whose clock is far behind still finds every lease live.
      expect(await live(NOON)).to.have.members(["a", "b", "c"]);
    });

    it("renews a lease without moving its start", async () => {
      await start({ streamId: "a" });
      await start({ streamId: "b" });
      const renewed = await store.renew(order({ streamId: "a", nowMs: NOON + 20_000 }));
      expect(renewed?.find(({ streamId }) => streamId === "a")).to.deep.equal({
        streamId: "a",
        startedAtMs: NOON,
        expiresAtMs: NOON + 20_000 + LEASE_MS,
      });
      expect(await live(NOON + LEASE_MS)).to.deep.equal(["a"]);
    });

    it("renews nothing that never was, has ended or has expired", async () => {
      await startAll("a", "b");
      await store.end(order({ streamId: "b" }));
      const expired = order({ streamId: "a", nowMs: NOON + LEASE_MS });
      expect(await store.renew(order({ streamId: "z" }))).to.equal(undefined);
      expect(await store.renew(order({ streamId: "b" }))).to.equal(undefined);
      expect(await store.renew(expired)).to.equal(undefined);
      expect(await live(expired.nowMs)).to.deep.equal([]);
    });

    it("gives a late heartbeat nothing of a slot that has become another's", async () => {
      await startAll("a", "b", "c");
      const later = NOON + LEASE_MS;
      for (const streamId of ["d", "e", "f"]) await start({ streamId, nowMs: later });
      for (const streamId of ["a", "b", "c"]) {
        expect(await store.renew(order({ streamId, nowMs: later }))).to.equal(undefined);
      }
      expect(await live(later)).to.have.members(["d", "e", "f"]);
    });

    it("ends a stream, and frees its slot at once", async () => {
      await startAll("a", "b", "c");
      const left = await store.end(order({ streamId: "b" }));
      expect(left?.map(({ streamId }) => streamId)).to.have.members(["a", "c"]);
      expect(await result({ streamId: "d" })).to.equal("started");
      expect(await live()).to.have.members(["a", "c", "d"]);
    });

    it("ends nothing that never was, has ended or has expired", async () => {
      await startAll("a", "b");
      await store.end(order({ streamId: "b" }));
      expect(await store.end(order({ streamId: "z" }))).to.equal(undefined);
      expect(await store.end(order({ streamId: "b" }))).to.equal(undefined);
      const expired = order({ streamId: "a", nowMs: NOON + LEASE_MS });
      expect(await store.end(expired)).to.equal(undefined);
    });

    it("lets a late end take nothing of a slot that has become another's", async () => {
      await startAll("a", "b", "c");
      const later = NOON + LEASE_MS;
      for (const streamId of ["d", "e", "f"]) await start({ streamId, nowMs: later });
      for (const streamId of ["a", "b", "c"]) {
        expect(await store.end(order({ streamId, nowMs: NOON }))).to.equal(undefined);
      }
      expect(await live(later)).to.have.members(["d", "e", "f"]);
    });

    describe("with a stream to replace", () => {
      it("starts in its place, though all slots are held", async () => {
        await startAll("a", "b", "c");
        expect(await result({ streamId: "d", replaceStreamId: "b" })).to.equal("started");
        expect(await live()).to.have.members(["a", "c", "d"]);
      });

      it("ends it, though there are free slots", async () => {
        await startAll("a", "b");
        expect(await result({ streamId: "c", replaceStreamId: "a" })).to.equal("started");
        expect(await live()).to.have.members(["b", "c"]);
      });

      it("is a plain start when that one has gone", async () => {
        await startAll("a", "b");
        expect(await result({ streamId: "c", replaceStreamId: "z" })).to.equal("started");
        expect(await result({ streamId: "d", replaceStreamId: "z" })).to.equal("refused");
        expect(await live()).to.have.members(["a", "b", "c"]);
      });

      it("changes nothing more when it is sent again", async () => {
        await startAll("a", "b", "c");
        const wish = { streamId: "d", replaceStreamId: "b" };
        expect(await result(wish)).to.equal("started");
        expect(await result(wish)).to.equal("renewed");
        expect(await live()).to.have.members(["a", "c", "d"]);
      });

      it("renews the one and ends the other, when both are live", async () => {
        await startAll("a", "b", "c");
        expect(await result({ streamId: "a", replaceStreamId: "c" })).to.equal("renewed");
        expect(await live()).to.have.members(["a", "b"]);
      });

      it("revives the one and ends the other, when the one has expired", async () => {
        await start({ streamId: "a" });
        const later = NOON + LEASE_MS;
        await start({ streamId: "b", nowMs: later });
        const wish = { streamId: "a", replaceStreamId: "b", nowMs: later };
        expect(await result(wish)).to.equal("started");
        expect(await live(NOON)).to.deep.equal(["a"]);
      });

      it("lets one of twenty take its place", async () => {
        await startAll("a", "b", "c");
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            result({ streamId: `s${index}`, replaceStreamId: "b" }),
          ),
        );
        expect(results.filter((each) => each === "started")).to.have.length(1);
        expect(await live())
          .to.have.length(3)
          .and.to.include.members(["a", "c"]);
      });
    });
  });
}

describe("DynamoDBLeaseStore", () => {
  let streams: StreamsTable;
  let telling: ReturnType<typeof createLocalClient>;
  before(async () => {
    streams = await openStreamsTable();
    telling = createLocalClient(streams.url);
    telling.middlewareStack.add(
      (next) => (args) =>
        next(args).catch(async (error: unknown) => {
          if (error instanceof ConditionalCheckFailedException) {
            const { TableName, Key } = args.input as {
              TableName: string;
              Key: { id: { S: string } };
            };
            const { Item } = await streams.client.send(new GetItemCommand({ TableName, Key }));
            if (Item !== undefined) error.Item = Item;
          }
          throw error;
        }),
      { step: "initialize", name: "returnItemOfFailedCondition" },
    );
  });
  after(async () => {
    telling.destroy();
    await streams[Symbol.asyncDispose]();
  });

  const createStore = (limit = 3, client = streams.client) =>
    new DynamoDBLeaseStore({ client, table: streams.table, limit });

  describeLeaseStore("where a failed condition brings nothing back", () => createStore());
  describeLeaseStore("where a failed condition brings the item back", () =>
    createStore(3, telling),
  );

  const order = (caller: string, streamId: string, nowMs = NOON) => ({
    caller,
    streamId,
    nowMs,
    expiresAtMs: nowMs + LEASE_MS,
    orderId: nextOrderId(),
    reason: "ended" as const,
  });

  it("makes one call a start, a heartbeat and an end, and reads nothing", async () => {
    const store = createStore();
    streams.takeCalls();
    for (const streamId of ["a", "b", "c"]) await store.start(order("calls", streamId));
    for (const streamId of ["a", "b", "c"]) await store.renew(order("calls", streamId));
    for (const streamId of ["a", "b", "c"]) await store.end(order("calls", streamId));
    expect(streams.takeCalls()).to.deep.equal(Array(9).fill("UpdateItemCommand"));
  });

  it("finds a stream in one call on an instance that never saw it", async () => {
    await createStore().start(order("elsewhere", "a"));
    streams.takeCalls();
    await createStore().renew(order("elsewhere", "a"));
    expect(streams.takeCalls()).to.deep.equal(["UpdateItemCommand"]);
  });

  it("is not misled by what it remembers", async () => {
    const [one, other] = [createStore(), createStore()];
    for (const streamId of ["a", "b", "c"]) await one.start(order("memory", streamId));
    for (const streamId of ["a", "b", "c"]) await other.end(order("memory", streamId));
    expect(await one.renew(order("memory", "a"))).to.equal(undefined);
    expect((await one.start(order("memory", "d"))).result).to.equal("started");
    for (const streamId of ["e", "f"]) await other.start(order("memory", streamId));
    expect((await one.start(order("memory", "g"))).result).to.equal("refused");
  });

  /** Another id that is looked for in the same slot first. */
  const twinOf = (streamId: string) => {
    const names = Array.from({ length: 50 }, (_, index) => `twin-${index}`);
    return names.find((name) => guessSlot(name, 3) === guessSlot(streamId, 3)) ?? "";
  };

  it("gives one slot to a stream for which two instances look in different slots", async () => {
    const [one, other] = [createStore(), createStore()];
    await one.start(order("apart", twinOf("a")));
    await other.end(order("apart", twinOf("a")));
    expect((await one.start(order("apart", "a"))).result).to.equal("started");
    expect((await other.start(order("apart", "a"))).result).to.equal("renewed");
    expect(await one.list("apart", NOON)).to.have.length(1);
  });

  it("ends a replaced stream that is in no slot where the instance expects it", async () => {
    const [one, other] = [createStore(), createStore()];
    await one.start(order("moved", "x"));
    await one.end(order("moved", "x"));
    for (const streamId of [twinOf("b"), "b"]) await other.start(order("moved", streamId));
    await other.end(order("moved", twinOf("b")));
    await one.start({ ...order("moved", "c"), replaceStreamId: "b" });
    expect((await one.list("moved", NOON)).map(({ streamId }) => streamId)).to.deep.equal(["c"]);
  });

  for (const limit of [1, 10]) {
    it(`holds a limit of ${limit}`, async () => {
      const store = createStore(limit);
      const starts = Array.from({ length: limit + 5 }, (_, index) =>
        store.start(order(`limit-${limit}`, `s${index}`)),
      );
      const results = (await Promise.all(starts)).map(({ result }) => result);
      expect(results.filter((result) => result === "started")).to.have.length(limit);
    });
  }

  it("keeps a lowered limit, at the cost of the streams in the slots beyond", async () => {
    const [before, after] = [createStore(5), createStore(3)];
    const ids = ["a", "b", "c", "d", "e"];
    for (const streamId of ids) await before.start(order("lowered", streamId));
    const renewals = await Promise.all(ids.map((id) => after.renew(order("lowered", id))));
    expect(renewals.filter((live) => live !== undefined)).to.have.length(3);
    const lost = ids[renewals.indexOf(undefined)] ?? "";
    expect((await after.start(order("lowered", lost))).result).to.equal("refused");
  });

  it("tells DynamoDB to sweep a caller well after its last lease", async () => {
    await createStore().start(order("swept", "a"));
    const item = (await streams.items()).find(({ id }) => id?.S === "caller#swept");
    expect(Number(item?.["expires_at"]?.N)).to.equal((NOON + LEASE_MS) / 1_000 + 3_600);
  });

  it("says that the store is away", async () => {
    const client = createLocalClient("http://127.0.0.1:9", 200);
    const fault = await createStore(3, client)
      .start(order("away", "a"))
      .catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    client.destroy();
  });

  it("passes on what is no failed condition", async () => {
    const client = createLocalClient(streams.url);
    const store = new DynamoDBLeaseStore({ client, table: "no-such-table", limit: 3 });
    const fault = await store.start(order("any", "a")).catch((error: unknown) => error);
    expect(fault).to.have.property("name", "ResourceNotFoundException");
    client.destroy();
  });
});
