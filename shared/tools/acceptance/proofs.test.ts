import { expect } from "chai";
import { startSystem } from "../testing/answering-system.ts";
import { runSuites } from "./checks/check.ts";
import { coverageCheck } from "./checks/service-checks.ts";
import { DescribedAnswers } from "./described-answers.ts";
import { createProgressBar } from "./load/progress-bar.ts";

describe("the coverage of a validation", () => {
  it("fails for an operation that was never called, by its name", async () => {
    const paths = { "/counter/{page}": { get: {}, put: {} }, "/counter": { get: {} } };
    await using system = await startSystem(() => ({ body: { paths } }));
    await system.target.send({ method: "GET", path: "/counter/home?estimate=true" });
    const lines: string[] = [];
    const suite = { name: "counter", checks: [coverageCheck("counter")] };
    const outcome = await runSuites(system.target, [suite], (line) => lines.push(line));
    expect(outcome).to.deep.equal({
      passed: 0,
      failed: ["counter: has been asked for everything that it describes"],
    });
    expect(lines.at(-1)).to.match(/Never called: PUT \/counter\/\{page\}, GET \/counter$/);
  });
});

describe("the descriptions of a system", () => {
  const answer = (schema: object) => ({
    ...{ description: "", content: { "application/json": { schema } } },
  });
  const count = { type: "integer", format: "int32" };
  const schema = { type: "object", properties: { count }, required: ["count"] };
  const described = {
    paths: { "/counter/{page}": { get: { responses: { 200: answer(schema) } } } },
    components: {},
  };

  for (const [what, status, body, told] of [
    ["are kept by an answer as they say", 200, { count: 1, more: "" }, undefined],
    [
      "are broken by a number that is too large",
      200,
      { count: 2 ** 40 },
      /must match format "int32"/,
    ],
    ["are broken by a missing field", 200, {}, /must have required property 'count'/],
    ["are broken by a status that they do not name", 201, { count: 1 }, /201 is not described/],
  ] as const) {
    it(what, async () => {
      await using system = await startSystem((call) =>
        call.endsWith("openapi.json") ? { body: described } : { status, body },
      );
      const descriptions = await DescribedAnswers.read(system.target);
      const call = { method: "GET", path: "/counter/home" };
      const answered = await system.target.send(call);
      const check = () => {
        descriptions.check(call, answered);
      };
      if (told === undefined) check();
      else expect(check).to.throw(told);
    });
  }
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
