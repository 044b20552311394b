import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect } from "chai";
import { serviceNames } from "../../contract.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const documents = globSync("{*,.github/**/*,pulumi/**/*,services/**/*,shared/**/*}.md", {
  cwd: root,
  exclude: ["**/node_modules"],
});
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** A heading's anchor, as code hosts make it. */
function anchorOf(heading: string): string {
  const text = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
  return text.trim().replaceAll(/\s/g, "-");
}

function anchorsOf(document: string): string[] {
  return [...read(document).matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchorOf(match[1] ?? ""));
}

describe("the documentation", () => {
  it("begins with what a newcomer types", () => {
    const head = read("README.md").split("\n").slice(0, 15).join("\n");
    expect(head).to.include("npm ci && npm start");
    expect(read("README.md")).to.include("npm ci && npm test");
  });

  for (const document of documents) {
    it(`links only to what exists: ${document}`, () => {
      for (const [, target = ""] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?|mailto):/.test(target)) continue;
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? document : join(dirname(document), path);
        expect(existsSync(join(root, file)), `${document} → ${target}`).to.equal(true);
        if (anchor !== undefined) expect(anchorsOf(file), target).to.include(anchor);
      }
    });

    it(`names only commands that exist: ${document}`, () => {
      for (const [, script = ""] of read(document).matchAll(/npm run ([\w:-]+)/g)) {
        expect(scripts, `${document}: npm run ${script}`).to.have.property(script);
      }
    });
  }

  it("shows in its tree only what exists", () => {
    const tree = /```text\n(\S+\/\n[^`]*)```/.exec(read("README.md"))?.[1] ?? "";
    const folders: string[] = [];
    const paths = tree.split("\n").flatMap((line) => {
      const match = /^((?:│ {3}| {4}|├── |└── )*)([\w.@-]+\/?)/.exec(line);
      if (match?.[2] === undefined) return [];
      const depth = (match[1] ?? "").length / 4;
      folders.splice(depth, Infinity, match[2]);
      return [folders.slice(1).join("")];
    });
    expect(paths.length).to.be.greaterThan(20);
    for (const path of paths) expect(existsSync(join(root, path)), path).to.equal(true);
  });

  it("has a page for each service", () => {
    for (const service of serviceNames)
      expect(documents).to.include(`services/${service}/README.md`);
  });
});
