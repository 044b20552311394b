import { expect } from "chai";
import { findBroken, startSystem } from "../../../shared/tools/testing/answering-system.ts";
import { OwnNumberWorkload } from "./own-number-workload.ts";
import { createWorkloads } from "./workload.ts";

describe("the proofs of a load of hits", () => {
  const createWorkload = () => createWorkloads()[0]!;
  /** A counter that counts right, and tells the number that `tell` makes of the right one. */
  const counter = (tell: (count: number) => number) => {
    let count = 100;
    return startSystem((call) =>
      call.startsWith("POST")
        ? { status: 201, body: { count: tell((count += 1)) } }
        : { body: { count } },
    );
  };

  it("hold for a counter that is exact", async () => {
    await using system = await counter((count) => count);
    expect(await findBroken(system.target, createWorkload())).to.deep.equal([]);
  });

  it("find a number that was given twice, and the one that is missing", async () => {
    await using system = await counter((count) => (count === 110 ? 109 : count));
    const findings = await findBroken(system.target, createWorkload());
    expect(findings.join()).to.include("1 given twice, 0 out of range, 1 missing");
  });

  it("find hits that were acknowledged and not counted", async () => {
    let count = 0;
    await using system = await startSystem((call) =>
      call.startsWith("POST")
        ? { status: 201, body: { count: (count += 1) } }
        : { body: { count: 0 } },
    );
    const findings = await findBroken(system.target, createWorkload());
    expect(findings[0]).to.match(/^\d+ hits were acknowledged, 0 were counted$/);
  });
});

describe("the proofs of a load on a user's number", () => {
  /** Gives the numbers that `tell` makes of the right ones; 403 for who wants to register, or not. */
  const system = (tell: (number: number) => number, isOpen = true) => {
    let number = 0;
    return startSystem((call) => {
      if (call === "POST /registration") return { status: isOpen ? 201 : 403, body: {} };
      if (call === "POST /login") return { body: { access_token: "token" } };
      if (!isOpen) return { status: 401, body: {} };
      return { body: { number: call.startsWith("GET") ? number : tell((number += 1)) } };
    });
  };

  it("hold for numbers that are exact, and where registration is closed", async () => {
    for (const isOpen of [true, false]) {
      await using exact = await system((number) => number, isOpen);
      expect(await findBroken(exact.target, new OwnNumberWorkload())).to.deep.equal([]);
    }
  });

  it("find a number that was given twice", async () => {
    await using wrong = await system((number) => (number === 10 ? 9 : number));
    const findings = await findBroken(wrong.target, new OwnNumberWorkload());
    expect(findings.join()).to.include("1 given twice, 0 out of range, 1 missing");
  });
});
