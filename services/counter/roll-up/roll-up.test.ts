import { mock } from "node:test";
import { expect } from "chai";
import { pino } from "pino";
import { startRollUp } from "./roll-up.ts";

describe("The roll-up", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("does not keep a process that stops waiting for the pages that a round has left", async () => {
    const warnings: string[] = [];
    const log = pino({}, { write: (line: string) => warnings.push(line) });
    let rounds = 0;
    const rollUp = startRollUp((signal) => {
      rounds += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    }, log);
    mock.timers.tick(10_000);
    expect(rounds).to.equal(1);
    await rollUp.stop();
    mock.timers.tick(20_000);
    expect([rounds, warnings]).to.deep.equal([1, []]);
  });
});
