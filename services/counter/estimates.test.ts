import { expect } from "chai";
import { type Estimate, Estimates, type Totals } from "./estimates.ts";

describe("Estimates", () => {
  let nowMs: number;
  let rolledUp: Map<string, Estimate>;
  let asked: string[];
  let estimates: Estimates;

  beforeEach(() => {
    nowMs = 1_000_000;
    rolledUp = new Map();
    asked = [];
    const totals: Totals = {
      find(page) {
        asked.push(page);
        return Promise.resolve(rolledUp.get(page));
      },
      list: () => Promise.resolve({ pages: [], next: undefined }),
    };
    estimates = new Estimates(totals, () => nowMs);
  });

  const remember = (count: number) => {
    estimates.remember("page", { count, lastMinute: 0, second: 0 });
  };

  it("says when a remembered count was true, and asks nobody for ten seconds", async () => {
    remember(7);
    nowMs += 9_000;
    expect(await estimates.find("page")).to.deep.equal({ count: 7, asOfMs: 1_000_000 });
    expect(asked).to.deep.equal([]);
  });

  it("answers with the roll-up after that, and with its time, however old", async () => {
    remember(7);
    rolledUp.set("page", { count: 37, asOfMs: 400_000 });
    nowMs += 10_001;
    expect(await estimates.find("page")).to.deep.equal({ count: 37, asOfMs: 400_000 });
  });

  it("is zero, now, for a page that nobody knows", async () => {
    expect(await estimates.find("page")).to.deep.equal({ count: 0, asOfMs: nowMs });
  });

  it("forgets a page that was removed", async () => {
    remember(7);
    estimates.forget("page");
    expect(estimates.knows("page")).to.equal(false);
    expect(await estimates.find("page")).to.include({ count: 0 });
  });
});
