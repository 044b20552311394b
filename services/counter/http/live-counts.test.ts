import type { Readable } from "node:stream";
import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { LiveCounts } from "./live-counts.ts";

describe("LiveCounts", () => {
  let count: number;
  let reads: number;
  let isAway: boolean;
  let stopping: AbortController;
  let live: LiveCounts;
  let streams: Readable[];

  beforeEach(() => {
    [count, reads, isAway] = [1, 0, false];
    stopping = new AbortController();
    streams = [];
    live = new LiveCounts({
      read() {
        reads += 1;
        if (isAway) return Promise.reject(new Error("away"));
        return Promise.resolve({ count, lastMinute: 0, second: 0, bots: 0, visitorsToday: 0 });
      },
      ...{ instance: "here", maxListeners: 2, stopping: stopping.signal },
    });
  });
  afterEach(() => {
    for (const stream of streams) stream.destroy();
  });

  /** Follows a page, and collects the counts that are told. */
  async function listen(page: string) {
    const stream = await live.listen(page);
    if (stream === undefined) throw new Error("there is no room");
    streams.push(stream);
    const counts: number[] = [];
    stream.setEncoding("utf8").on("data", (text: string) => {
      for (const [, told] of text.matchAll(/"count":(\d+)/g)) counts.push(Number(told));
    });
    return { stream, counts };
  }

  it("tells the present count first, and then every new one that it reads", async () => {
    const { counts } = await listen("page");
    await pollUntil(() => counts.includes(1), { what: "the present count is told" });
    count = 5;
    await pollUntil(() => counts.includes(5), { what: "the new count is told" });
  });

  it("says nothing when nothing is new", async () => {
    const { counts } = await listen("page");
    const before = reads;
    await pollUntil(() => reads >= before + 3, { what: "the page is read again" });
    expect(counts).to.have.lengthOf.at.most(2);
  });

  it("reads a page once for all its listeners, and not at all without any", async () => {
    const [first, second] = [await listen("page"), await listen("page")];
    expect(reads).to.equal(2);
    await pollUntil(() => reads === 3, { what: "the page is read again" });
    first.stream.destroy();
    second.stream.destroy();
    await pollUntil(() => live.listeners === 0, { what: "nobody listens" });
    const before = reads;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(reads).to.equal(before);
  });

  it("has room for so many, and again when one leaves", async () => {
    const { stream } = await listen("page");
    await listen("other");
    expect(await live.listen("third")).to.equal(undefined);
    stream.destroy();
    await pollUntil(() => live.listeners === 1, { what: "one leaves" });
    await listen("third");
  });

  it("keeps its listeners while the store is away", async () => {
    const { counts } = await listen("page");
    isAway = true;
    const before = reads;
    await pollUntil(() => reads >= before + 2, { what: "the store is asked" });
    [isAway, count] = [false, 9];
    await pollUntil(() => counts.includes(9), { what: "the new count is told" });
  });

  it("drops a listener that does not read", async () => {
    const stream = await live.listen("page");
    if (stream === undefined) throw new Error("there is no room");
    stream.push("x".repeat(20_000));
    count = 2;
    await pollUntil(() => stream.destroyed, { what: "the listener is dropped" });
    expect(live.listeners).to.equal(0);
  });

  it("ends every stream when the process stops, and takes no more", async () => {
    const { stream } = await listen("page");
    stopping.abort();
    await pollUntil(() => stream.readableEnded, { what: "the stream ends" });
    expect(await live.listen("page")).to.equal(undefined);
    await pollUntil(() => live.listeners === 0, { what: "nobody listens" });
  });
});
