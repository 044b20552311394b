import { expect } from "chai";
import { type Badge, badgeStyles, parseColour, renderBadge as render } from "./badge.ts";

const renderBadge = (badge: Pick<Badge, "label" | "count"> & Partial<Badge>) =>
  render({ color: "#c2410c", style: "flat", ...badge });

const widthOf = (svg: string) => Number(/ width="(\d+)"/.exec(svg)?.[1]);

describe("renderBadge", () => {
  it("shows the label beside the count, with separators between the thousands", () => {
    const svg = renderBadge({ label: "views", count: 1_284_907 });
    expect(svg).to.match(/>views<\/text>\s*<text [^>]*>1,284,907<\/text>/);
  });

  it("has a name for those who do not see it", () => {
    const svg = renderBadge({ label: "views", count: 7 });
    expect(svg).to.match(/^<svg [^>]*role="img">\n<title>views: 7<\/title>/);
  });

  it("loads nothing: no font, no style, no image", () => {
    const svg = renderBadge({ label: "views", count: 7 });
    expect(svg.match(/\w+:\/\/[^"]+/g)).to.deep.equal(["http://www.w3.org/2000/svg"]);
    expect(svg).not.to.match(/<style|<image|href|url\(/);
  });

  it("escapes the label", () => {
    const svg = renderBadge({ label: `"</svg><script>'&`, count: 0 });
    expect(svg).to.include(">&quot;&lt;/svg&gt;&lt;script&gt;&#39;&amp;</text>");
    expect(svg).not.to.include("<script");
  });

  it("leaves out what would make it no XML", () => {
    expect(renderBadge({ label: "a\u0000b\u0008c\uffff\ud800", count: 0 })).to.include(
      ">abc\ufffd<",
    );
  });

  it("gets wider with the count, and no wider than the count needs", () => {
    const counts = [0, 1, 10, 1_000, 999_999, 1_000_000, 2 ** 53 - 1];
    const widths = counts.map((count) => widthOf(renderBadge({ label: "views", count })));
    const atZero = widths[0]!;
    // A digit takes 7 px, a separator 4.
    expect(widths.map((width) => width - atZero)).to.deep.equal([0, 0, 7, 25, 39, 50, 125]);
  });

  it("gives letters of any script room", () => {
    const [latin, wide] = ["views", "閲覧回数閲"].map((label) =>
      widthOf(renderBadge({ label, count: 0 })),
    );
    expect(wide).to.be.greaterThan(latin!);
  });

  it("has a shape for each style, and colours of its own", () => {
    const drawn = badgeStyles.map((style) => renderBadge({ label: "views", count: 7, style }));
    expect(new Set(drawn)).to.have.property("size", 3);
    expect(renderBadge({ label: "views", count: 7, color: "#00ff00" })).to.include('"#00ff00"');
  });

  it("writes the number dark on a light colour, and white on a dark one", () => {
    const inks = ["#ffffff", "#44cc11", "#c2410c", "#000000"].map(
      (color) => /fill="([^"]+)">7</.exec(renderBadge({ label: "views", count: 7, color }))?.[1],
    );
    expect(inks).to.deep.equal(["#1c1917", "#1c1917", "#fff", "#fff"]);
  });
});

describe("parseColour", () => {
  for (const [text, colour] of [
    ["0a7", "#00aa77"],
    ["#00AA77", "#00aa77"],
    ["Blue", "#1d6fb8"],
    ["", "#c2410c"],
    ["constructor", "#c2410c"],
    ['#fff"/>', "#c2410c"],
    [["red", "blue"], "#c2410c"],
    [undefined, "#c2410c"],
  ] as const) {
    it(`takes ${JSON.stringify(text)} for ${colour}`, () => {
      expect(parseColour(text)).to.equal(colour);
    });
  }
});
