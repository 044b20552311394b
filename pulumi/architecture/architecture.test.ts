import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { serviceNames } from "../../shared/contract.ts";
import { parseConfig } from "../config/parse.ts";
import { readStackFile } from "../offline/stack-file.ts";
import { drawArchitecture } from "./architecture.ts";
import { arrows, parts, WIDTH } from "./layout.ts";

/** How wide a README is on GitHub, in pixels. */
const README_WIDTH = 830;

describe("the picture of the architecture", () => {
  const picture = drawArchitecture();

  it("is the one that the layout and the contract draw; otherwise: npm run draw", async () => {
    const committed = await readFile(new URL("architecture.svg", import.meta.url), "utf8");
    expect(committed).to.equal(picture);
  });

  describe("is true", () => {
    let dev: string[];
    let prod: string[];

    // The tests of the program hold these trees to what it registers.
    before(async () => {
      [dev, prod] = await Promise.all([readTree("dev"), readTree("prod")]);
    });

    it("in every part: prod has it, and dev too unless it is dashed", () => {
      for (const [id, { resources, optional = false }] of Object.entries(parts)) {
        expect(resources.filter(missingIn(prod)), `${id} in prod`).to.deep.equal([]);
        const isMissing = resources.some(missingIn(dev));
        expect(isMissing, `${id} is missing in dev`).to.equal(optional);
      }
    });

    it("to every component of prod: none is left out", () => {
      const drawn = Object.values(parts).flatMap(({ resources }) => resources);
      const components = prod.join("\n").split(/\n(?= {2}\S)/);
      const undrawn = components
        .slice(1)
        .filter((tree) => !drawn.some((resource) => !missingIn(tree.split("\n"))(resource)));
      expect(undrawn).to.deep.equal([]);
    });

    it("to the security groups: its arrows are the ways that their rules open", () => {
      const opened = prod.flatMap(
        (line) => /^ *(\S+) {2}aws:vpc:SecurityGroup\w+Rule$/.exec(line)?.slice(1) ?? [],
      );
      const drawn = arrows.flatMap(({ rules = [] }) => rules);
      expect([...new Set(drawn)]).to.have.members([...new Set(opened)]);
    });

    it("to the numbers of zones, NAT gateways, tasks and nodes in both stacks", async () => {
      for (const stack of ["dev", "prod"] as const) {
        const { network, services, data } = parseConfig(await readStackFile(stack));
        const copies = Object.fromEntries(
          Object.entries(parts).flatMap(([id, part]) =>
            part.copies ? [[id, part.copies[stack]]] : [],
          ),
        );
        const zones = network.availabilityZones;
        expect(copies).to.deep.equal({
          balancer: zones,
          nat: { perZone: zones, single: 1, none: 0 }[network.nat],
          prometheus: stack === "prod" ? 1 : 0,
          cache: data.valkey.shards * (1 + data.valkey.replicas),
          ...Object.fromEntries(serviceNames.map((name) => [name, services[name].tasks.min])),
        });
      }
    });
  });

  describe("is easy to read", () => {
    const boxes = [
      ...picture.matchAll(/<rect .*?x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
    ].map(([, ...numbers]) => toSpace(numbers.map(Number)));
    const texts = [
      ...picture.matchAll(/<text class="(\w+)" x="([\d.]+)" y="([\d.]+)">(.*?)</g),
    ].map(([, kind = "", x, y, label = ""]) => ({
      label,
      space: textSpace(kind, [Number(x), Number(y)], label),
    }));

    it("has a text for every part, none smaller than 11 px in a README", () => {
      const labels = texts.map(({ label }) => label);
      expect(labels).to.include.members(Object.values(parts).map(({ name }) => name));
      const sizes = [...picture.matchAll(/font:[^;]*?([\d.]+)px/g)].map(([, size]) => Number(size));
      expect(sizes).to.have.lengthOf(2);
      expect((Math.min(...sizes) * README_WIDTH) / WIDTH).to.be.at.least(11);
    });

    it("has no text that touches a border or another text", () => {
      const touching = texts.filter(
        ({ space }) =>
          boxes.some((box) => !isWithin(space, box) && meet(box, space)) ||
          texts.some((other) => other.space !== space && meet(other.space, space)),
      );
      expect(touching.map(({ label }) => label)).to.deep.equal([]);
    });

    it("has no two boxes that overlap, unless one contains the other", () => {
      const overlapping = boxes.flatMap((one, index) =>
        boxes
          .slice(index + 1)
          .filter((other) => meet(one, other) && !isWithin(one, other) && !isWithin(other, one))
          .map((other) => [one, other]),
      );
      expect(overlapping).to.deep.equal([]);
    });

    for (const { from, to, path, through } of arrows)
      it(`leads from the border of ${from} to the border of ${to}, past all else`, () => {
        const points = corners(path);
        const [start, end] = [spaceOf(from), spaceOf(to)];
        expect(isOnBorder(points.at(0)!, start), "its start").to.equal(true);
        expect(isOnBorder(points.at(-1)!, end), "its end").to.equal(true);
        const ways = points.slice(1).map((point, index) => stretch(points[index]!, point));
        const around = [start, end, ...(through === undefined ? [] : [spaceOf(through)])];
        const inWay = boxes.filter(
          (box) =>
            !around.some((each) => isWithin(each, box)) && ways.some((way) => meet(box, way)),
        );
        expect(inWay, "boxes in its way").to.deep.equal([]);
        const hidden = texts
          .filter(({ space }) => ways.some((way) => meet(space, way)))
          .filter(({ space }) => through === undefined || !isWithin(space, spaceOf(through)));
        expect(hidden.map(({ label }) => label)).to.deep.equal([]);
      });
  });
});

async function readTree(stack: string): Promise<string[]> {
  const file = new URL(`../offline/${stack}.txt`, import.meta.url);
  return (await readFile(file, "utf8")).trimEnd().split("\n");
}

function missingIn(tree: readonly string[]): (resource: string) => boolean {
  return (resource) => !tree.some((line) => `${line.trim()} `.startsWith(`${resource} `));
}

type Point = readonly [x: number, y: number];

interface Space {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function toSpace([x = 0, y = 0, width = 0, height = 0]: readonly number[]): Space {
  return { left: x, right: x + width, top: y, bottom: y + height };
}

function spaceOf(id: string): Space {
  return toSpace(parts[id]!.box);
}

/** Each character is at most 0.65 em wide, at 14 px or 13 px. */
function textSpace(kind: string, [x, y]: Point, label: string): Space {
  const width = label.length * 0.65 * (["name", "row"].includes(kind) ? 14 : 13);
  const left = ["name", "detail"].includes(kind) ? x - width / 2 : x;
  return { left, right: left + width, top: y - 12, bottom: y + 4 };
}

function isWithin(inner: Space, outer: Space): boolean {
  return (
    inner.left >= outer.left &&
    inner.right <= outer.right &&
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom
  );
}

function meet(one: Space, other: Space): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

function isOnBorder([x, y]: Point, { left, right, top, bottom }: Space): boolean {
  const isInside = x >= left && x <= right && y >= top && y <= bottom;
  return isInside && (x === left || x === right || y === top || y === bottom);
}

/** A straight line, a unit wide. */
function stretch([x1, y1]: Point, [x2, y2]: Point): Space {
  const [left, right] = x1 === x2 ? [x1 - 0.5, x1 + 0.5] : [Math.min(x1, x2), Math.max(x1, x2)];
  const [top, bottom] = y1 === y2 ? [y1 - 0.5, y1 + 0.5] : [Math.min(y1, y2), Math.max(y1, y2)];
  return { left, right, top, bottom };
}

/** The points of a path of one `M` and any number of `H` and `V`. */
function corners(path: string): Point[] {
  const points: Point[] = [];
  for (const [, command, first, second] of path.matchAll(/([MHV])([\d.]+)(?: ([\d.]+))?/g)) {
    const [x, y] = points.at(-1) ?? [0, 0];
    if (command === "M") points.push([Number(first), Number(second)]);
    else points.push(command === "H" ? [Number(first), y] : [x, Number(first)]);
  }
  return points;
}
