import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { pricesByRegion, type Prices } from "../cost/prices.ts";
import { callsPerSecond } from "./hot-page.ts";
import { measured } from "./measured.ts";
import { capacityFor } from "./model.ts";
import { capacityTable } from "./table.ts";

const prices = pricesByRegion["eu-west-1"] as Prices;
const none = { hits: 0, pages: 1, reads: 0, streams: 0 };
/** The loads of the README. */
const loads = [
  { hits: 100, pages: 1_000, reads: 50, streams: 200 },
  { hits: 10_000, pages: 100_000, reads: 5_000, streams: 20_000 },
  { hits: 1_000_000, pages: 10_000_000, reads: 500_000, streams: 2_000_000 },
];

interface Simulated {
  serviceUs: number;
  redisRoundTripUs: number;
  pages: { hitsPerSecond: number; instances: number; callsPerSecond: number }[];
}

describe("the capacity model", () => {
  it("agrees with the simulation of a hot page within 30 %", async () => {
    const file = new URL("../../services/counter/bench/hot-page/results.json", import.meta.url);
    const simulated = JSON.parse(await readFile(file, "utf8")) as Simulated;
    expect(measured.callUs).to.equal(simulated.serviceUs);
    const { serviceUs: callUs, redisRoundTripUs: roundTripUs } = simulated;
    expect(simulated.pages).to.have.length.above(4);
    for (const page of simulated.pages) {
      const ratio = callsPerSecond({ ...page, callUs, roundTripUs }) / page.callsPerSecond;
      expect(ratio, `${page.hitsPerSecond} hits a second`).to.be.within(0.7, 1.3);
    }
  });

  it("is what a hand computes for a load of nothing: two tasks each, two small nodes", () => {
    const { tasks, valkey, monthlyUsd, firstLimit } = capacityFor(none, prices);
    expect(tasks).to.deep.equal({ counter: 2, catalog: 2, streamGuard: 2 });
    expect(valkey).to.deep.equal({ type: "cache.t4g.micro", shards: 1, nodes: 2 });
    // 730 × (6 × (0.03238 + 2 × 0.00356) + 2 × 0.0136 + 0.0252)
    expect(monthlyUsd).to.be.closeTo(211.26, 0.01);
    expect(firstLimit).to.deep.equal({ what: "shards of Valkey", share: 0.02 });
  });

  it("is what a hand computes for many pages that are hit now and then", () => {
    const load = { ...none, hits: 10_000, pages: 1_000_000 };
    const { tasks, valkeyCalls, valkey, tableWrites, loadBalancerUnits } = capacityFor(
      load,
      prices,
    );
    // 10,000 × 43 µs at 60 % busy; hardly a page is hit twice in a call, so a call a hit.
    expect(tasks.counter).to.equal(2);
    expect(valkeyCalls).to.be.closeTo(10_000, 10);
    // 10,000 × 52.7 µs at 60 % busy are 0.88 of a core.
    expect(valkey).to.deep.equal({ type: "cache.m7g.large", shards: 1, nodes: 2 });
    // Two tasks at 1,000 records; each page once in 10 s or so; a reservation for eight hits.
    expect(tableWrites.sessions).to.equal(2_000);
    expect(tableWrites.counters).to.be.closeTo(9_754 + 1_250, 10);
    // 10,000 × 1,000 bytes are 36 GB an hour.
    expect(loadBalancerUnits).to.be.closeTo(36, 1e-9);
  });

  it("names the page as the limit where there is only one", () => {
    const { firstLimit } = capacityFor({ ...none, hits: 200_000, pages: 1 }, prices);
    expect(firstLimit.what).to.equal("calls of one page at its primary");
    expect(firstLimit.share).to.be.above(1);
  });

  it("has the README's table", async () => {
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const columns = loads.map((load) => ({ load, capacity: capacityFor(load, prices) }));
    const cells = (table: string) => table.replaceAll(/ +/g, " ").replaceAll(/-+/g, "-");
    const missing = capacityTable(columns)
      .split("\n")
      .filter((line) => !cells(readme).includes(cells(line)));
    expect(missing.filter((line) => !line.startsWith("| ---"))).to.deep.equal([]);
  });
});
