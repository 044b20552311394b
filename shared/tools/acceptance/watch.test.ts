import { expect } from "chai";
import { watch } from "./watch.ts";

/** Runs as many rounds as there are outcomes, and ends in the last one. */
async function watchRounds(outcomes: readonly (readonly string[] | Error)[]) {
  const lines: string[] = [];
  const stopping = new AbortController();
  let round = 0;
  const isWell = await watch({
    check() {
      const outcome = outcomes[round] ?? [];
      round += 1;
      if (round === outcomes.length) stopping.abort();
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
    ...{ everyMs: 1, signal: stopping.signal, now: () => 0 },
    print: (line) => lines.push(line.replace("1970-01-01T00:00:00.000Z ", "")),
  });
  return { isWell, lines, round };
}

describe("watching a system", () => {
  it("prints what changed, and ends well when nothing fails", async () => {
    const outcomes = [[], [], ["a read", "a write"], ["a read", "a write"], ["a read"], [], []];
    expect(await watchRounds(outcomes)).to.deep.equal({
      isWell: true,
      lines: ["all is well", "failing: a read; a write", "failing: a read", "all is well"],
      round: 7,
    });
  });

  it("goes on when nothing answers, and says why", async () => {
    const refused = new Error("fetch failed", { cause: new Error("refused") });
    expect(await watchRounds([[], refused, refused])).to.deep.equal({
      isWell: false,
      lines: ["all is well", "fetch failed: refused"].map((line, index) =>
        index === 0 ? line : `failing: ${line}`,
      ),
      round: 3,
    });
  });
});
