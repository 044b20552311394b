import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { serviceNames, services } from "../../shared/contract.ts";
import { drawArchitecture } from "./architecture.ts";

describe("the picture of the architecture", () => {
  it("is the one that the contract draws; otherwise: npm run draw", async () => {
    const committed = await readFile(new URL("architecture.svg", import.meta.url), "utf8");
    expect(committed).to.equal(drawArchitecture());
  });

  it("shows every service with every path", () => {
    const picture = drawArchitecture();
    for (const name of serviceNames) {
      expect(picture).to.include(`>${name}<`);
      for (const path of services[name].rules.flatMap(({ paths }) => paths)) {
        expect(picture).to.include(path);
      }
    }
  });

  it("has no text that touches a border", () => {
    const picture = drawArchitecture();
    const boxes = [
      ...picture.matchAll(/<rect .*?x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
    ].map(([, ...numbers]) => numbers.map(Number) as Box);
    const texts = [...picture.matchAll(/<text class="(\w*)" x="([\d.]+)" y="([\d.]+)".*?>(.*?)</g)];
    expect(boxes).to.have.length.above(serviceNames.length);
    const touching = texts.filter(([, , x, y, label = ""]) => {
      // Each character is at most 0.65 em wide, at 14 px; the text is centred at x.
      const half = (label.length * 0.65 * 14) / 2;
      const space = {
        left: Number(x) - half,
        right: Number(x) + half,
        top: Number(y) - 14,
        bottom: Number(y) + 6,
      };
      return boxes.some((box) => crosses(box, space));
    });
    expect(touching.map(([, , , , label]) => label)).to.deep.equal([]);
  });
});

type Box = [x: number, y: number, width: number, height: number];

interface Space {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Whether it is neither wholly inside of the box nor wholly outside. */
function crosses([x, y, width, height]: Box, { left, right, top, bottom }: Space): boolean {
  const isInside = left > x && right < x + width && top > y && bottom < y + height;
  const isOutside = right < x || left > x + width || bottom < y || top > y + height;
  return !isInside && !isOutside;
}
