import { expect } from "chai";
import { Sweeps } from "./sweeps.ts";

const ROOM = 10_000;

describe("Sweeps", () => {
  let sweeps: Sweeps<string>;
  beforeEach(() => {
    sweeps = new Sweeps();
    for (let item = 0; item < ROOM; item += 1) sweeps.note(`item-${item}`, "stale", 1);
  });

  it("remembers 10,000 items, and beyond them those that have many attributes to sweep", () => {
    sweeps.note("few", "stale", 19);
    expect(sweeps.find("few")).to.equal(undefined);
    expect(sweeps.find("item-0")).to.equal("stale");
    sweeps.note("many", "stale", 20);
    expect(sweeps.find("many")).to.equal("stale");
    expect(sweeps.find("item-0")).to.equal(undefined);
    expect(sweeps.size).to.equal(ROOM);
  });

  it("makes room when an item has nothing to sweep any more", () => {
    sweeps.note("item-1", "nothing", 0);
    sweeps.forget("item-2");
    expect(sweeps.find("item-1")).to.equal(undefined);
    sweeps.note("few", "stale", 1);
    expect(sweeps.find("few")).to.equal("stale");
    sweeps.note("item-0", "newer", 1);
    expect(sweeps.find("item-0")).to.equal("newer");
    expect(sweeps.size).to.equal(ROOM - 1);
  });
});
