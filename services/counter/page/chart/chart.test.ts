import { expect } from "chai";
import { describeBar, describeChart, layOutChart, type Series } from "./chart.ts";
import { renderChart } from "./chart-svg.ts";

const DAY_MS = 86_400_000;
const to = "2026-11-21T12:00:07Z";
const minutes = (...counts: number[]): Series => ({ counts, stepMs: 10_000, to });

const linesOf = (peak: number) => layOutChart(minutes(peak)).lines;

describe("layOutChart", () => {
  it("places each bar by the clock, the last one where it ends", () => {
    const { bars } = layOutChart(minutes(3, 2, 1));
    const times = bars.map(({ from }) => new Date(from).toISOString().slice(11, 19));
    expect(times).to.deep.equal(["11:59:40", "11:59:50", "12:00:00"]);
  });

  it("is flat without views", () => {
    const { bars, ...rest } = layOutChart(minutes(0, 0));
    expect(rest).to.deep.equal({ lines: [2, 4], peak: 0, total: 0 });
    expect(bars.map(({ height }) => height)).to.deep.equal([0, 0]);
  });

  it("has two or three round lines, the last of them close above the highest bar", () => {
    expect([4, 5, 11, 27, 120, 121, 560, 999].map(linesOf)).to.deep.equal([
      [2, 4],
      [2, 4, 6],
      [4, 8, 12],
      [10, 20, 30],
      [40, 80, 120],
      [50, 100, 150],
      [200, 400, 600],
      [500, 1_000],
    ]);
    for (let peak = 4; peak < 10 ** 15; peak = Math.ceil(peak * 1.13)) {
      const scale = linesOf(peak).at(-1)!;
      expect(scale / peak, String(peak)).to.be.within(1, 1.5);
    }
  });

  it("keeps a single view visible beside a thousand", () => {
    const heights = layOutChart(minutes(1, 0, 1_000)).bars.map(({ height }) => height);
    expect(heights).to.deep.equal([2, 0, 100]);
  });
});

describe("describeBar", () => {
  const words = (series: Series) =>
    layOutChart(series).bars.map((bar) => describeBar(bar, series)) as [string];

  it("tells the time of a bar, how long ago it was, and its views", () => {
    expect(words(minutes(2_500, ...Array<number>(7).fill(1)))[0]).to.equal(
      "11:58:50 UTC, 1 minute ago: 2,500 views",
    );
    expect(words(minutes(1, 0))[0]).to.equal("11:59:50 UTC, 10 s ago: 1 view");
  });

  it("tells the day of a day", () => {
    expect(words({ counts: [7, 0], stepMs: DAY_MS, to })[0]).to.equal("Fri, 20 Nov 2026: 7 views");
  });
});

describe("renderChart", () => {
  const series = minutes(1, 2_500);
  const svg = renderChart({
    ...{ ...series, id: "minutes", title: "Last minutes", accented: 1 },
    axis: ["then", "later", "now"],
  });

  it("draws a rectangle for each bar, and a line for each number of the grid", () => {
    expect(svg.match(/class="bar/g)).to.have.length(2);
    expect(svg.match(/class="bar recent"/g)).to.have.length(1);
    expect(svg).to.include('<span style="bottom:100%">3K</span>');
  });

  it("says in words what it shows", () => {
    const sentence = describeChart(layOutChart(series), series);
    expect(sentence).to.equal("At most 2,500 in 10 seconds");
    expect(svg).to.include(`aria-label="Last minutes: 2,501 in all. ${sentence}."`);
    expect(svg).to.include(`<p class="readout">${sentence}</p>`);
  });
});
