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

interface Answered {
  method?: string;
  status?: number;
  headers?: Record<string, string>;
  body: object;
}

describe("the descriptions of a system", () => {
  const answer = (schema: object) => ({
    ...{ description: "", content: { "application/json": { schema } } },
  });
  const count = { type: "integer", format: "int32" };
  const schema = { type: "object", properties: { count }, required: ["count"] };
  const header = (schema: object) => ({ schema: { type: "string", ...schema } });
  const described = {
    paths: {
      "/counter/{page}": {
        get: {
          responses: {
            200: {
              ...answer(schema),
              headers: {
                "cache-control": header({ const: "no-store" }),
                "x-cache": { $ref: "#/components/headers/Cache" },
              },
            },
          },
        },
      },
    },
    components: {
      headers: { Cache: header({ enum: ["hit", "miss"] }) },
      responses: { Failure: answer({ type: "object" }) },
    },
  };

  for (const [what, { status = 200, method = "GET", ...answered }, told] of [
    ["are kept by an answer as they say", { body: { count: 1, more: "" } }, undefined],
    [
      "are broken by a number that is too large",
      { body: { count: 2 ** 40 } },
      /must match format "int32"/,
    ],
    ["are broken by a missing field", { body: {} }, /must have required property 'count'/],
    [
      "are broken by a status that they do not name",
      { status: 201, body: { count: 1 } },
      /201 is not described/,
    ],
    [
      "are kept by headers as they say",
      { body: { count: 1 }, headers: { "cache-control": "no-store", "x-cache": "hit" } },
      undefined,
    ],
    [
      "are broken by a header that they do not name",
      { body: { count: 1 }, headers: { link: "</a>" } },
      /the header link is not described for 200/,
    ],
    [
      "are broken by the value of a header",
      { body: { count: 1 }, headers: { "x-cache": "HIT" } },
      /x-cache: HIT is not as described/,
    ],
    [
      "are broken by a header of a method that the path does not have",
      { method: "PATCH", status: 405, body: {}, headers: { allow: "GET" } },
      /the header allow is not described for 405/,
    ],
  ] as [string, Answered, RegExp | undefined][]) {
    it(what, async () => {
      await using system = await startSystem((call) =>
        call.endsWith("openapi.json") ? { body: described } : { ...answered, status },
      );
      const descriptions = await DescribedAnswers.read(system.target);
      const call = { method, path: "/counter/home" };
      const seen = await system.target.send(call);
      const check = () => {
        descriptions.check(call, seen);
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
