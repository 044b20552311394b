import { expect } from "chai";
import { Fleet } from "./fleet.ts";
import { expectConsecutive, HitLoad } from "./hit-load.ts";

const HITS = 100_000;

describe("The counter undisturbed, three instances", () => {
  for (const store of ["redis", "dynamodb"] as const) {
    it(`gives ${HITS} hits on ${store} every number once, and skips none`, async function () {
      this.timeout(580_000);
      await using fleet = await Fleet.start({ instances: 3, store });
      const pages = Array.from({ length: 100 }, () => fleet.newPage());
      const load = new HitLoad({ pages, urls: fleet.urls, workers: 48, maxHits: HITS });
      await load.end();
      expect(load.failures).to.deep.equal([]);
      expect(load.counted).to.equal(HITS);
      expectConsecutive(load);
    });
  }

  it("gives new pages every number once while Redis is 80 ms away", async function () {
    this.timeout(300_000);
    await using fleet = await Fleet.start({ instances: 3, redisDelayMs: 80 });
    const pages = Array.from({ length: 60 }, () => fleet.newPage());
    const load = new HitLoad({ pages, urls: fleet.urls, workers: 48, maxHits: 6_000 });
    await load.end();
    expect(load.failures).to.deep.equal([]);
    expectConsecutive(load);
  });
});
