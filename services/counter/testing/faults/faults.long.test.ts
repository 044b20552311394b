import { expect } from "chai";
import { FIRST_STEP } from "../../redis/scripts.ts";
import type { Fault } from "./fault.ts";
import { faults } from "./fault-list.ts";
import { Fleet } from "../fleet.ts";
import { flawsOf, HitLoad, isRefusal, isUnanswered } from "../hit-load.ts";

const RECOVERY_MS = 10_000;

interface Row {
  fault: string;
  hits: number;
  twice: number;
  missing: number;
  bound: number;
  refused: number;
  failed: number;
  recoveryMs: number;
}

describe("The counter under each fault, two instances under load", () => {
  const rows: Row[] = [];
  const fleets = new Map<string, Fleet>();

  after(async () => {
    for (const fleet of fleets.values()) await fleet[Symbol.asyncDispose]();
    process.stdout.write(`\n${tableOf(rows)}\n`);
  });

  for (const fault of faults) {
    it(`${fault.name}: no number twice, few missing, and it recovers by itself`, async function () {
      this.timeout(120_000);
      const { store = "redis" } = fault;
      const fleet = fleets.get(store) ?? (await Fleet.start({ instances: 2, store }));
      fleets.set(store, fleet);
      const row = await measure(fault, fleet);
      rows.push(row);
      expect(row.twice, "given twice").to.equal(0);
      expect(row.missing, "missing").to.be.within(0, row.bound);
      expect(row.failed, "answered neither 201 nor 503 with Retry-After").to.equal(0);
      expect(row.recoveryMs).to.be.at.most(RECOVERY_MS);
    });
  }
});

async function measure(fault: Fault, fleet: Fleet): Promise<Row> {
  const { start = 0 } = fault;
  const page = fleet.newPage();
  if (start > 0) await setCount(fleet, page, start);
  const load = new HitLoad({ pages: [page], urls: fleet.urls });
  await load.answered(200);
  await fault.run({ fleet, load, page });
  load.setUrls(fleet.urls);
  const recoveryMs = await load.recovered(fleet.urls);
  await load.answered(200);
  await load.stop();
  const numbers = load.numbers.get(page) ?? [];
  const { twice, missing } = flawsOf(numbers, start);
  // A step doubles when half of it is used within a second: it is at most four seconds' hits.
  const reservation = Math.max(FIRST_STEP, Math.ceil(4 * load.peakPerSecond));
  // A batch that is given up may be counted all the same: one a second on each instance.
  const rounds = fault.isGapFree === true ? 0 : Math.max(2, fault.silentSeconds ?? 0);
  const isExpected = (failure: string) =>
    isRefusal(failure) || (fault.isKill === true && isUnanswered(failure));
  return {
    fault: fault.name,
    hits: numbers.length,
    ...{ twice, missing },
    bound: fault.reservations * (reservation + load.workers) + rounds * load.workers,
    refused: load.failures.filter(isRefusal).length,
    failed: load.failures.filter((failure) => !isExpected(failure)).length,
    recoveryMs: Math.round(recoveryMs),
  };
}

async function setCount(fleet: Fleet, page: string, count: number): Promise<void> {
  await fetch(`${fleet.urls[0]}/counter/${page}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ count }),
  });
}

/** The rows as the README shows them. */
function tableOf(rows: readonly Row[]): string {
  const header = "fault | hits | twice | missing | at most | refused | failed | recovery";
  const lines = rows.map((row) => {
    const { fault, hits, twice, missing, bound, refused, failed, recoveryMs } = row;
    const numbers = [hits, twice, missing, bound, refused, failed].join(" | ");
    return `| ${fault} | ${numbers} | ${(recoveryMs / 1_000).toFixed(1)} s |`;
  });
  return [`| ${header} |`, "| --- |" + " --: |".repeat(7), ...lines].join("\n");
}
