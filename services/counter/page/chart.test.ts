import { expect } from "chai";
import { describeBar, describeChart, layOutChart, type SecondCount } from "./chart.ts";
import { renderChart } from "./chart-svg.ts";

const to = "2026-11-21T12:00:07Z";

/** One view so many seconds before the end. */
function viewsAt(...secondsAgo: number[]): SecondCount[] {
  return secondsAgo.map((seconds) => {
    const time = new Date(Date.parse(to) - seconds * 1_000).toISOString();
    return { time, count: 1 };
  });
}

const countsOf = (history: SecondCount[]) => layOutChart(history, to).bars.map((bar) => bar.count);

describe("layOutChart", () => {
  it("sums up ten seconds in a bar, from one round time to the next", () => {
    // 12:00:00 to 12:00:07 are eight seconds old at most, 11:59:50 to 11:59:59 are the bar before.
    expect(countsOf(viewsAt(0, 7, 8, 17, 17)).slice(-3)).to.deep.equal([0, 3, 2]);
  });

  it("reaches back sixty bars, and leaves out what is older or yet to come", () => {
    expect(countsOf(viewsAt(597, 598, -3))).to.deep.equal([1, ...Array<number>(59).fill(0)]);
  });

  it("counts the last minute in whole seconds", () => {
    expect(layOutChart(viewsAt(0, 59, 60), to)).to.include({ lastMinute: 2, total: 3 });
  });

  it("is flat without views", () => {
    const { bars, ...rest } = layOutChart([], to);
    expect(rest).to.deep.equal({ scale: 4, total: 0, lastMinute: 0 });
    expect(new Set(bars.map(({ height }) => height))).to.deep.equal(new Set([0]));
  });

  it("has a round scale that the highest bar fits into", () => {
    const highest = [1, 4, 5, 7, 9, 10, 11, 22, 61, 99, 1_001, 2 ** 53 - 1];
    const scales = highest.map((count) => layOutChart([{ time: to, count }], to).scale);
    expect(scales).to.deep.equal([4, 4, 6, 8, 10, 10, 20, 30, 80, 100, 2_000, 10 ** 16]);
  });

  it("keeps a single view visible beside a thousand", () => {
    const history = [...viewsAt(20), { time: to, count: 1_000 }];
    const heights = layOutChart(history, to).bars.map(({ height }) => height);
    expect(heights.slice(-3)).to.deep.equal([2, 0, 100]);
  });
});

describe("renderChart", () => {
  const chart = layOutChart([{ time: to, count: 2_500 }], to);

  it("draws one rectangle a bar, named by its time", () => {
    const svg = renderChart(chart);
    expect(svg.match(/class="bar"/g)).to.have.length(60);
    expect(svg).to.include("<title>12:00:00 UTC: 2,500</title>");
    expect(svg).to.include(">3K</span> per 10 seconds");
  });

  it("says in words what it shows", () => {
    expect(describeBar(chart.bars[0]!)).to.equal("11:50:10 UTC: 0");
    expect(renderChart(chart)).to.include(`aria-label="${describeChart(chart)}"`);
    expect(describeChart(chart)).to.include("2,500 in total, at most 2,500 in one step");
  });
});
