import { expect } from "chai";
import { createChoice } from "./sampling.ts";

describe("Which requests are recorded", () => {
  let nowMs = 0;
  let chance = 0.5;
  const create = (percent: number) =>
    createChoice({ percent, random: () => chance, now: () => nowMs });
  const count = (isChosen: ReturnType<typeof create>, times: number, asked: boolean) =>
    Array.from({ length: times }, () => isChosen(asked)).filter(Boolean).length;

  it("is up to chance where the caller has not decided", () => {
    const isChosen = create(5);
    for (const [random, expected] of [
      [0.049, true],
      [0.05, false],
      [0.999, false],
    ] as const) {
      chance = random;
      expect(isChosen(undefined), String(random)).to.equal(expected);
    }
    chance = 0;
    expect(create(0)(undefined), "none").to.equal(false);
    chance = 0.999;
    expect(create(100)(undefined), "all").to.equal(true);
  });

  it("is up to the callers for ten in a second, then to chance again", () => {
    const isChosen = create(5);
    chance = 0.5;
    expect(count(isChosen, 1_000, true)).to.equal(10);
    chance = 0;
    expect(count(isChosen, 20, true)).to.equal(20);
    chance = 0.5;
    nowMs += 1_000;
    expect(count(isChosen, 100, true)).to.equal(10);
  });

  it("is none whose caller does not want it", () => {
    chance = 0;
    expect(count(create(100), 10, false)).to.equal(0);
  });
});
