import { expect } from "chai";
import { startSystem } from "../testing/answering-system.ts";
import { runSuites } from "./checks/check.ts";
import { coverageCheck } from "./checks/service-checks.ts";
import { createProgressBar } from "./load/progress-bar.ts";

describe("the coverage of a validation", () => {
  it("fails for an operation that was never called, by its name", async () => {
    const paths = { "/counter/{page}": { get: {}, put: {} }, "/counter": { get: {} } };
    await using system = await startSystem(() => ({ body: { paths } }));
    await system.target.send({ method: "GET", path: "/counter/home?estimate=true" });
    const lines: string[] = [];
    const suite = { name: "counter", checks: [coverageCheck("counter")] };
    const outcome = await runSuites(system.target, [suite], (line) => lines.push(line));
    expect(outcome).to.deep.equal({ passed: 0, failed: 1 });
    expect(lines.at(-1)).to.match(/Never called: PUT \/counter\/\{page\}, GET \/counter$/);
  });
});

describe("createProgressBar", () => {
  const draw = (isTTY: boolean) => {
    const written: string[] = [];
    const show = createProgressBar({ isTTY, write: (text) => written.push(text) });
    for (let share = 0; share <= 100; share += 1) show(share / 100);
    return written;
  };

  it("draws over itself on a terminal, and ends its line", () => {
    const written = draw(true);
    expect(written.every((text) => text.startsWith("\r"))).to.equal(true);
    expect(written.filter((text) => text.endsWith("\n"))).to.have.lengthOf(1);
  });

  it("writes ten lines into a log", () => {
    expect(draw(false)).to.have.lengthOf(10);
  });
});
