import { expect } from "chai";
import { CallerBusy, CallerGate } from "./caller-gate.ts";

/** Work that ends on request, and says when it began. */
function createWork() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const work = (name: string) => () => {
    begun.push(name);
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return end.promise;
  };
  return { begun, work, end: (name: string) => ends.get(name) };
}

/** Somebody waits for as long as it takes. */
const calm = new AbortController().signal;

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("CallerGate", () => {
  it("lets a caller's requests pass a few at a time, in the order in which they came", async () => {
    const gate = new CallerGate({ parallel: 2, waiting: 10 });
    const { begun, work, end } = createWork();
    const answers = ["1", "2", "3", "4"].map((name) => gate.run("hot", work(name), calm));
    await settle();
    expect(begun).to.deep.equal(["1", "2"]);
    end("2")?.resolve("two");
    await settle();
    expect(begun).to.deep.equal(["1", "2", "3"]);
    for (const name of ["1", "3"]) end(name)?.resolve(name);
    await settle();
    end("4")?.resolve("4");
    expect(await Promise.all(answers)).to.deep.equal(["1", "two", "3", "4"]);
  });

  it("keeps nobody waiting for another caller", async () => {
    const gate = new CallerGate({ parallel: 1, waiting: 100 });
    const { begun, work } = createWork();
    for (let index = 0; index < 100; index += 1) void gate.run("hot", work("hot"), calm);
    void gate.run("calm", work("calm"), calm);
    await settle();
    expect(begun).to.deep.equal(["hot", "calm"]);
  });

  it("refuses at once when too many wait, and takes the next when there is room", async () => {
    const gate = new CallerGate({ parallel: 1, waiting: 1 });
    const { work, end } = createWork();
    const first = gate.run("hot", work("1"), calm);
    const second = gate.run("hot", work("2"), calm);
    const third = await gate.run("hot", work("3"), calm).catch((error: unknown) => error);
    expect(third).to.be.instanceOf(CallerBusy);
    end("1")?.resolve("one");
    await first;
    await settle();
    const fourth = gate.run("hot", work("4"), calm);
    end("2")?.resolve("two");
    await second;
    await settle();
    end("4")?.resolve("four");
    expect(await fourth).to.equal("four");
  });

  it("hands the place over when work fails, also when it throws at once", async () => {
    const gate = new CallerGate({ parallel: 1, waiting: 10 });
    const fail = () => Promise.reject(new Error("failed"));
    const faults = await Promise.allSettled([
      gate.run("hot", fail, calm),
      gate.run("hot", fail, calm),
    ]);
    expect(faults.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    expect(await gate.run("hot", () => Promise.resolve("well"), calm)).to.equal("well");
  });

  it("lets who is not awaited any more leave the queue, and takes the next", async () => {
    const gate = new CallerGate({ parallel: 1, waiting: 10 });
    const { begun, work, end } = createWork();
    const leaving = new AbortController();
    const first = gate.run("hot", work("1"), calm);
    const second = gate.run("hot", work("2"), leaving.signal).catch((error: unknown) => error);
    const third = gate.run("hot", work("3"), calm);
    leaving.abort(new Error("gone"));
    expect(await second).to.be.instanceOf(CallerBusy);
    end("1")?.resolve("1");
    await first;
    await settle();
    end("3")?.resolve("3");
    await third;
    expect(begun).to.deep.equal(["1", "3"]);
  });

  it("keeps the place of work that nobody awaits any more, until it ends", async () => {
    const gate = new CallerGate({ parallel: 1, waiting: 10 });
    const { begun, work, end } = createWork();
    const leaving = new AbortController();
    const first = gate.run("hot", work("1"), leaving.signal).catch((error: unknown) => error);
    void gate.run("hot", work("2"), calm);
    leaving.abort(new Error("gone"));
    expect(await first).to.have.property("message", "gone");
    expect(begun).to.deep.equal(["1"]);
    end("1")?.reject(new Error("failed, and nobody hears it"));
    await settle();
    expect(begun).to.deep.equal(["1", "2"]);
  });
});
