import { expect } from "chai";
import { Batcher } from "./batcher.ts";

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

  beforeEach(() => {
    calls = [];
    batcher = new Batcher((key, items) => {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      calls.push({ key, items, answer: resolve, fail: reject });
      return promise;
    });
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

  it("fails those of a failed call, and nobody else", async () => {
    const first = batcher.join("page", 1).catch((error: unknown) => String(error));
    const second = batcher.join("page", 2);
    call(0).fail(new Error("away"));
    expect(await first).to.equal("Error: away");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await answer(1);
    expect(await second).to.equal("reply 2");
  });
});
