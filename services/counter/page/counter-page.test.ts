import { expect } from "chai";
import { renderPage, type PageView } from "./counter-page.ts";

const view: PageView = {
  page: "home",
  count: 1_284,
  lastMinute: 12,
  second: Date.parse("2026-11-21T12:00:07Z") / 1_000,
  spans: [...Array<number>(58).fill(0), 3, 12],
  bots: 5,
  visitorsToday: undefined,
  top: [],
  days: undefined,
  instance: "task-7",
};

/** The page without the text of its script, which no browser reads as HTML. */
const render = (changes: Partial<PageView> = {}, origin = "https://counter.test") =>
  renderPage({ ...view, ...changes }, { scriptNonce: "n0nce", origin }).replace(
    /(<script[^>]*>)[^]*?<\/script>/,
    "$1</script>",
  );

const textOf = (html: string, id: string) => new RegExp(`id="${id}"[^>]*>([^<]*)<`).exec(html)?.[1];

describe("renderPage", () => {
  it("says the count, the last minute, its time and the instance without any script", () => {
    const html = render();
    expect(textOf(html, "count")).to.equal("1,284");
    expect(textOf(html, "last-minute")).to.equal("12");
    expect(textOf(html, "last-ten-minutes")).to.equal("15");
    expect(textOf(html, "bots")).to.equal("5");
    expect(html).not.to.include("Visitors today");
    expect(textOf(html, "instance")).to.equal("task-7");
    expect(textOf(html, "state")).to.equal("As of 12:00:07 UTC");
    expect(html).to.include("<title>1,284 · Views of home</title>");
  });

  for (const [count, text] of [
    [0, "0"],
    [1, "1"],
    [2 ** 53 - 1, "9,007,199,254,740,991"],
  ] as const) {
    it(`shows ${text}, in letters that fit the column`, () => {
      const html = render({ count, lastMinute: 0, spans: [] });
      expect(textOf(html, "count")).to.equal(text);
      expect(html).to.include(`style="--characters:${text.length}"`);
      expect(textOf(html, "last-ten-minutes")).to.equal("–");
    });
  }

  it("escapes whatever it is given", () => {
    const evil = `"'><script>alert(1)</script>&`;
    const html = render({ page: evil, instance: evil }, `https://${evil}`);
    expect(html).not.to.include("<script>");
    expect(html.match(/<script/g)).to.have.length(1);
    expect(html).not.to.match(/value="[^"]*'/);
  });

  it("gives one line to copy for Markdown and one for HTML", () => {
    const html = render();
    const address = "https://counter.test/counter/home/badge.svg";
    expect(html).to.include(`value="![views](${address})"`);
    expect(html).to.include(`value="&lt;img src=&quot;${address}&quot; alt=&quot;views&quot;&gt;"`);
  });

  it("loads nothing, and counts nothing by showing its own badge", () => {
    const html = render();
    expect(html).not.to.match(/<link rel="stylesheet|<img|<iframe|@import|url\(| src="/);
    expect(html.match(/href="[^"]*"/g)?.filter((link) => !link.includes('"data:'))).to.deep.equal([
      'href="/counter/docs"',
      'href="/account"',
      'href="/counter/home?estimate=true"',
    ]);
  });

  it("carries the nonce on its only script", () => {
    expect(render().match(/<script[^>]*>/g)).to.deep.equal([
      '<script type="module" nonce="n0nce">',
    ]);
  });
});
