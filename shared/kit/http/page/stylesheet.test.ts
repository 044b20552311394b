import { expect } from "chai";
import { palette } from "./stylesheet.ts";

const grounds = ["paper", "card", "soft"] as const;
const inks = ["ink", "muted", "accent", "live", "warn", "stop"] as const;

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => parseInt(colour.slice(start, start + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other].map(luminanceOf).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe("the palette of the pages", () => {
  for (const [scheme, index] of [
    ["light", 0],
    ["dark", 1],
  ] as const) {
    it(`sets every text apart from every ground by 4.5:1, ${scheme}`, () => {
      const faint = inks.flatMap((ink) =>
        grounds
          .map((ground) => ({
            ink,
            ground,
            ratio: contrastOf(palette[ink][index], palette[ground][index]),
          }))
          .filter(({ ratio }) => ratio < 4.5),
      );
      expect(faint).to.deep.equal([]);
    });
  }

  it("has no other colours than grounds, texts and lines", () => {
    expect(Object.keys(palette)).to.have.members([...grounds, ...inks, "line", "bar"]);
  });
});
