import { expect } from "chai";
import { clusterFaults, faults, findUnexcused, runFault } from "./history-faults.ts";
import type { IntervalChecker } from "./interval-checker.ts";

const READS = Number(process.env.HISTORY_READS ?? "60000");
/** Outages shorter and longer than trust and grace, again and again. */
const OUTAGES_MS = [300, 1_500, 4_000];
const calmMs = [2_000, 6_000] as const;
/** In a cluster a fault each 5 s for a minute: a replica takes over after the node timeout of 1 s. */
const ROUNDS = 12;
const clusterCourse = { outagesMs: Array<number>(ROUNDS).fill(2_500), calmMs: [0, 2_500] } as const;

function row(name: string, checker: IntervalChecker): string {
  const settled = checker.stale.filter(({ isUnsettled }) => !isUnsettled);
  const worstMs = Math.max(0, ...checker.stale.map(({ lateMs }) => lateMs));
  const cells = [
    ...[name, checker.reads, checker.writes, checker.unsettledWrites],
    ...[settled.length, checker.stale.length - settled.length, `${Math.round(worstMs)} ms`],
  ];
  return `| ${cells.join(" | ")} |`;
}

describe("three instances of the catalog, in every history", () => {
  const rows: string[] = [];
  after(() => {
    console.log(
      [
        "| fault | reads | writes | unsettled | stale | stale after unsettled | worst |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        ...rows,
      ].join("\n"),
    );
  });

  const courses = [
    ...faults.map((fault) => ({ fault, course: { outagesMs: OUTAGES_MS, calmMs } })),
    ...clusterFaults.map((fault) => ({ fault, course: clusterCourse })),
  ];
  for (const { fault, course } of courses) {
    it(`answer nothing older than an acknowledged write: ${fault.name}`, async () => {
      const checker = await runFault(fault, { reads: READS, readers: 24, ...course });
      rows.push(row(fault.name, checker));
      expect(findUnexcused(fault, checker).slice(0, 5)).to.deep.equal([]);
      expect(checker.reads).to.be.at.least(READS);
    });
  }
});
