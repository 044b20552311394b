import { expect } from "chai";
import { faults, findUnexcused, runFault } from "./history-faults.ts";
import { IntervalChecker } from "./interval-checker.ts";

describe("three instances of the catalog, in a short history", () => {
  const fault = faults[0];
  if (fault === undefined) throw new Error("there is no fault");
  it(`answer nothing older than an acknowledged write: ${fault.name}`, async () => {
    const course = { reads: 500, readers: 6, outagesMs: [300], calmMs: [500, 3_500] } as const;
    const checker = await runFault(fault, course);
    expect(findUnexcused(fault, checker)).to.deep.equal([]);
    expect(checker.reads).to.be.at.least(500);
    expect(checker.writes).to.be.greaterThan(20);
  }).timeout(120_000);
});

describe("IntervalChecker", () => {
  it("finds a read that began after a write and sees an older value", () => {
    const checker = new IntervalChecker();
    checker.acknowledged(7, 1, true);
    const early = checker.begin(7);
    checker.acknowledged(7, 2, false);
    checker.acknowledged(7, 3, true);
    const late = checker.begin(7);
    checker.end(early, 1);
    checker.end(late, 3);
    checker.end(late, 4);
    expect(checker.stale).to.deep.equal([]);
    checker.end(late, 1);
    expect(checker.stale).to.have.length(1);
    expect(checker.stale[0]).to.include({ key: 7, seen: 1, expected: 3, isUnsettled: false });
    expect(checker.stale[0]?.lateMs).to.be.at.least(0);
  });

  it("tells apart what only unsettled writes would have shown", () => {
    const checker = new IntervalChecker();
    checker.acknowledged(7, 1, true);
    checker.acknowledged(7, 2, false);
    checker.end(checker.begin(7), 1);
    expect(checker.stale[0]).to.include({ expected: 2, isUnsettled: true });
  });
});
