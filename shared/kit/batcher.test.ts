import { expect } from "chai";
import { Batcher, type BatcherOptions } from "./batcher.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

/** A call under way, to be ended by the test. */
interface Call {
  key: string;
  items: readonly number[];
  answer: (replies: string[]) => void;
  fail: (error: Error) => void;
}

describe("Batcher", () => {
  let calls: Call[];
  let batcher: Batcher<number, string>;

  const open = (options?: BatcherOptions) =>
    new Batcher<number, string>((key, items) => {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      calls.push({ key, items, answer: resolve, fail: reject });
      return promise;
    }, options);
  beforeEach(() => {
    calls = [];
    batcher = open();
  });

  const call = (index: number) => calls[index]!;
  /** Ends a call and resolves when the next one, if there is one, is made. */
  const answer = async (index: number) => {
    call(index).answer(call(index).items.map((item) => `reply ${item}`));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  };

  it("calls at once when nothing is under way", () => {
    void batcher.join("page", 1);
    expect(calls).to.have.lengthOf(1);
    expect(call(0)).to.deep.include({ key: "page", items: [1] });
  });

  it("makes one call of all that come while another is under way, in their order", async () => {
    const replies = [1, 2, 3, 4].map((item) => batcher.join("page", item));
    expect(calls).to.have.lengthOf(1);
    await answer(0);
    expect(calls).to.have.lengthOf(2);
    expect(call(1).items).to.deep.equal([2, 3, 4]);
    await answer(1);
    expect(await Promise.all(replies)).to.deep.equal(["reply 1", "reply 2", "reply 3", "reply 4"]);
  });

  it("lets no key wait for another", () => {
    void batcher.join("page", 1);
    void batcher.join("other", 2);
    expect(calls.map(({ key }) => key)).to.deep.equal(["page", "other"]);
  });

  it("bounds a call, and takes the rest along with the next one", async () => {
    for (let item = 0; item <= 1_500; item += 1) void batcher.join("page", item);
    await answer(0);
    await answer(1);
    expect(calls.map(({ items }) => items.length)).to.deep.equal([1, 1_000, 500]);
  });

  it("fails those of a failed call, and no others", async () => {
    const first = batcher.join("page", 1).catch((error: unknown) => String(error));
    const second = batcher.join("page", 2);
    call(0).fail(new Error("away"));
    expect(await first).to.equal("Error: away");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await answer(1);
    expect(await second).to.equal("reply 2");
  });

  it("fails those who wait with a call that found the store away, and takes the next ones", async () => {
    const failures = [1, 2, 3].map((item) =>
      batcher.join("page", item).catch((error: unknown) => error),
    );
    call(0).fail(new StoreUnavailable("dynamodb", undefined, { reason: "timeout" }));
    const [sent, ...unsent] = await Promise.all(failures);
    expect(sent).to.include({ store: "dynamodb", reason: "timeout", mayHaveRun: true });
    for (const failure of unsent) {
      expect(failure).to.include({ store: "dynamodb", reason: "timeout", mayHaveRun: false });
    }
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(calls).to.have.lengthOf(1);
    void batcher.join("page", 4);
    expect(calls).to.have.lengthOf(2);
  });

  for (const [bound, options, refused] of [
    ["behind one key", { maxWaitingPerKey: 2 }, "a"],
    ["in all", { maxWaiting: 2 }, "b"],
  ] as const) {
    it(`refuses at once who would wait beyond the bound ${bound}`, async () => {
      batcher = open(options);
      void batcher.join("b", 0);
      const waiting = [1, 2, 3].map((item) => batcher.join("a", item));
      const failure = await batcher.join(refused, 4).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(StoreUnavailable);
      expect(failure).to.include({ reason: "overloaded", mayHaveRun: false });
      const index = calls.findIndex(({ key }) => key === "a");
      await answer(index);
      await answer(index + 1);
      expect(await Promise.all(waiting)).to.deep.equal(["reply 1", "reply 2", "reply 3"]);
      void batcher.join("a", 5);
      void batcher.join("a", 6);
    });
  }
});
