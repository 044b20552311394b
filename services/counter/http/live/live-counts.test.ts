import type { Readable } from "node:stream";
import { expect } from "chai";
import { pollUntil } from "../../../../shared/tools/local/processes/poll-until.ts";
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
        const rest = { lastMinute: 0, second: 0, bots: 0, visitorsToday: 0, spans: [] };
        return Promise.resolve({ count, ...rest });
      },
      // As of a process that has run for an hour: it has sent nothing for as long.
      now: () => performance.now() + 3_600_000,
      ...{ instance: "here", maxListeners: 3, maxPerAddress: 2, stopping: stopping.signal },
    });
  });
  afterEach(() => {
    for (const stream of streams) stream.destroy();
  });

  /** Follows a page, and collects the counts that it sends. */
  async function listen(page: string, address = "203.0.113.1") {
    const stream = await live.listen(page, address);
    if (typeof stream === "string") throw new Error(`${stream} has too many`);
    streams.push(stream);
    const counts: number[] = [];
    stream.setEncoding("utf8").on("data", (text: string) => {
      for (const [, told] of text.matchAll(/"count":(\d+)/g)) counts.push(Number(told));
    });
    return { stream, counts };
  }

  it("tells the present count first, and then every new one that it reads", async () => {
    const { counts } = await listen("page");
    await pollUntil(() => counts.includes(1), { what: "the present count is sent" });
    count = 5;
    await pollUntil(() => counts.includes(5), { what: "the new count is sent" });
  });

  it("says nothing when nothing is new", async () => {
    const { counts } = await listen("page");
    const before = reads;
    await pollUntil(() => reads >= before + 3, { what: "the page is read again" });
    expect(counts).to.deep.equal([1]);
  });

  it("tells nobody the same twice, whoever came first", async () => {
    const first = await listen("page");
    count = 2;
    const second = await listen("page");
    await pollUntil(() => first.counts.includes(2), { what: "the first one learns it too" });
    expect([first.counts, second.counts]).to.deep.equal([[1, 2], [2]]);
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

  it("takes so many listeners, of one address and in all, and another when one leaves", async () => {
    const { stream } = await listen("page");
    await listen("other");
    expect(await live.listen("third", "203.0.113.1")).to.equal("address");
    await listen("third", "203.0.113.2");
    expect(await live.listen("fourth", "203.0.113.2")).to.equal("instance");
    stream.destroy();
    await pollUntil(() => live.listeners === 2, { what: "one leaves" });
    await listen("page");
  });

  it("takes an IPv6 network for one address", async () => {
    await listen("page", "2001:db8::1");
    await listen("page", "2001:db8::2");
    expect(await live.listen("page", "2001:db8::3")).to.equal("address");
  });

  it("asks the store for nobody who is refused", async () => {
    await listen("page");
    await listen("other");
    const before = reads;
    await live.listen("third", "203.0.113.1");
    expect(reads).to.equal(before);
  });

  it("keeps no place for a listener whose page cannot be read", async () => {
    isAway = true;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await live.listen("page", "203.0.113.1").catch(() => undefined);
    }
    isAway = false;
    expect(live.listeners).to.equal(0);
    await listen("page");
  });

  it("reads a page without news ever more seldom, and soon when it is counted here", async () => {
    await listen("page");
    await pollUntil(() => reads >= 4, { what: "the page is read without news" });
    const before = reads;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(reads).to.equal(before);
    live.counted("page");
    await pollUntil(() => reads > before, { what: "the page is read", timeoutMs: 600 });
  });

  it("keeps its listeners while the store is away", async () => {
    const { counts } = await listen("page");
    isAway = true;
    const before = reads;
    await pollUntil(() => reads >= before + 2, { what: "the store is asked" });
    [isAway, count] = [false, 9];
    await pollUntil(() => counts.includes(9), { what: "the new count is sent" });
  });

  it("drops a listener that does not read", async () => {
    const { stream } = await listen("page");
    stream.pause();
    stream.push("x".repeat(20_000));
    count = 2;
    await pollUntil(() => stream.destroyed, { what: "the listener is dropped" });
    expect(live.listeners).to.equal(0);
  });

  it("ends every stream when the process stops, and takes no more", async () => {
    const { stream } = await listen("page");
    stopping.abort();
    await pollUntil(() => stream.readableEnded, { what: "the stream ends" });
    expect(await live.listen("page", "203.0.113.1")).to.equal("instance");
    await pollUntil(() => live.listeners === 0, { what: "nobody listens" });
  });
});
