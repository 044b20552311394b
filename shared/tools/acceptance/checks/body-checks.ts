import { expect } from "chai";
import { type Check, check } from "./check.ts";
import { expectProblem } from "./expectations.ts";
import type { Call } from "../target.ts";

const TOO_LARGE = JSON.stringify("x".repeat(17 * 1024));

/** How a route that takes a body refuses what is none. */
export function bodyChecks(call: Pick<Call, "method" | "path" | "asUser">): readonly Check[] {
  return [
    check("refuses a body that is no JSON with 400", (target) =>
      expectProblem(target, { ...call, body: '{"broken":' }, 400),
    ),
    check("refuses a body beyond 16 KiB with 413", (target) =>
      expectProblem(target, { ...call, body: TOO_LARGE }, 413),
    ),
    check("refuses another type of body with 415", (target) =>
      expectProblem(
        target,
        { ...call, body: "a=1", headers: { "content-type": "text/plain" } },
        415,
      ),
    ),
    check("refuses a field that it does not know, by its name", async (target) => {
      const { problem } = await expectProblem(target, { ...call, body: { unheard_of: 1 } }, 400);
      expect(problem.errors?.map(({ path }) => path)).to.include("unheard_of");
    }),
  ];
}
