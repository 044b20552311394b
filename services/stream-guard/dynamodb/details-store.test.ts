import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { openStreamsTable, type StreamsTable } from "../testing/stream-leases.ts";
import { DynamoDBDetailsStore } from "./details-store.ts";
import type { Lease } from "../leases.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const lease = (streamId: string, startedAtMs = NOON): Lease => ({
  streamId,
  startedAtMs,
  expiresAtMs: startedAtMs + 60_000,
});

describe("DynamoDBDetailsStore", () => {
  let streams: StreamsTable;
  let store: DynamoDBDetailsStore;
  before(async () => {
    streams = await openStreamsTable();
    store = new DynamoDBDetailsStore(streams);
  });
  after(() => streams[Symbol.asyncDispose]());

  it("gives every value back as it was", async () => {
    const details = {
      video_name: "",
      size: 0.1,
      framerate: 29.97,
      src: "ä\u0000\n",
      video_ended: false,
    };
    await store.save("types", lease("a"), details);
    expect(await store.find("types", [lease("a")])).to.deep.equal([details]);
  });

  it("adds to what is known, field by field", async () => {
    await store.save("adds", lease("a"), { video_name: "One", video_playing: true });
    await store.save("adds", lease("a"), { video_playing: false });
    expect(await store.find("adds", [lease("a")])).to.deep.equal([
      { video_name: "One", video_playing: false },
    ]);
  });

  it("answers in the order of the leases, with nothing for the unknown", async () => {
    await store.save("order", lease("a"), { video_name: "A" });
    await store.save("order", lease("c"), { video_name: "C" });
    const found = await store.find("order", [lease("c"), lease("b"), lease("a")]);
    expect(found).to.deep.equal([{ video_name: "C" }, {}, { video_name: "A" }]);
  });

  it("asks for nothing when there are no leases", async () => {
    streams.takeCalls();
    expect(await store.find("none", [])).to.deep.equal([]);
    expect(streams.takeCalls()).to.deep.equal([]);
  });

  it("knows nothing of another caller's stream, nor of an earlier one with the same id", async () => {
    await store.save("one", lease("a"), { video_name: "One" });
    expect(await store.find("other", [lease("a")])).to.deep.equal([{}]);
    expect(await store.find("one", [lease("a", NOON + 1)])).to.deep.equal([{}]);
  });

  it("lets what is no longer written be swept after three days", async () => {
    await store.save("swept", lease("a"), { video_name: "One" });
    const item = (await streams.items()).find(({ id }) => id?.S?.startsWith("stream#swept#"));
    expect(Number(item?.["expires_at"]?.N)).to.equal(NOON / 1_000 + 60 + 3 * 86_400);
  });

  it("asks again for what a batch left out, and gives up when it gets nowhere", async () => {
    const answer = (rounds: number) => {
      let left = rounds;
      const send = ({ input }: { input: { RequestItems: object } }) =>
        Promise.resolve((left -= 1) < 0 ? {} : { UnprocessedKeys: input.RequestItems });
      return new DynamoDBDetailsStore({
        client: { send } as unknown as DynamoDBClient,
        table: "streams",
      });
    };
    expect(await answer(4).find("caller", [lease("a")])).to.deep.equal([{}]);
    const fault = await answer(5)
      .find("caller", [lease("a")])
      .catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(StoreUnavailable);
  });
});
