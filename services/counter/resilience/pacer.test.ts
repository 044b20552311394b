import { expect } from "chai";
import { Pacer } from "./pacer.ts";

describe("Pacer", () => {
  const waits: number[] = [];
  const open = () =>
    new Pacer({
      random: () => 0.5,
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    });
  beforeEach(() => {
    waits.length = 0;
  });

  it("keeps no call of a page that is not throttled waiting", async () => {
    const pacer = open();
    await pacer.turn("home");
    pacer.throttled("other");
    await pacer.turn("home");
    expect(waits).to.deep.equal([]);
  });

  it("lengthens the pause by half for each throttled call, up to a second", async () => {
    const pacer = open();
    for (let call = 0; call < 20; call += 1) {
      pacer.throttled("home");
      await pacer.turn("home");
    }
    expect(waits.slice(0, 4)).to.deep.equal([10, 15, 22.5, 33.75]);
    expect(waits.slice(-2)).to.deep.equal([1_000, 1_000]);
  });

  it("forgets a page once enough calls were taken", () => {
    const pacer = open();
    pacer.throttled("home");
    let calls = 0;
    for (; pacer.pauseMs("home") > 0; calls += 1) pacer.taken("home");
    expect(calls).to.be.within(100, 130);
  });
});
