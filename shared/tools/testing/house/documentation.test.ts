import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect } from "chai";
import { serviceNames } from "../../../contract.ts";

const root = resolve(import.meta.dirname, "../../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const documents = globSync("{*,.github/**/*,pulumi/**/*,services/**/*,shared/**/*}.md", {
  cwd: root,
  exclude: ["**/node_modules"],
});
const sources = globSync("{pulumi,services,shared}/**/*.ts", {
  cwd: root,
  exclude: ["**/node_modules"],
}).map((file) => basename(file));
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** A heading's anchor, as code hosts make it. */
function anchorOf(heading: string): string {
  const text = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
  return text.trim().replaceAll(/\s/g, "-");
}

function anchorsOf(document: string): string[] {
  return [...read(document).matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchorOf(match[1] ?? ""));
}

/** The paths in a document's tree of folders, relative to the document; none without a tree. */
function treeOf(document: string): string[] {
  const tree = /```text\n\S+\/\n([^`]*)```/.exec(read(document))?.[1] ?? "";
  const folders: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const match = /^((?:│ {3}| {4}|├── |└── )+)([\w.@-]+\/?)/.exec(line);
    if (match?.[2] === undefined) return [];
    const depth = (match[1] ?? "").length / 4 - 1;
    folders.splice(depth, Infinity, match[2]);
    return [folders.join("")];
  });
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

    it(`names only source files that exist: ${document}`, () => {
      for (const [, name = ""] of read(document).matchAll(/`([\w.-]+\.ts)`/g))
        expect(sources, `${document}: ${name}`).to.include(name);
    });

    it(`names only commands that exist: ${document}`, () => {
      for (const [, script = ""] of read(document).matchAll(/npm run ([\w:-]+)/g)) {
        expect(scripts, `${document}: npm run ${script}`).to.have.property(script);
      }
    });
  }

  for (const document of documents.filter((each) => treeOf(each).length > 0)) {
    const beside = join(root, dirname(document));

    it(`shows in its tree only what exists: ${document}`, () => {
      for (const path of treeOf(document))
        expect(existsSync(join(beside, path)), path).to.equal(true);
    });

    it(`shows in its tree every folder and every source file beside it: ${document}`, () => {
      const there = readdirSync(beside, { withFileTypes: true })
        .filter((entry) => !/^\.|^(node_modules|dist)$|\.test\.ts$/.test(entry.name))
        .filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"))
        .map((entry) => entry.name + (entry.isDirectory() ? "/" : ""));
      expect(treeOf(document)).to.include.members(there);
    });
  }

  it("has a tree of the whole and one of the deployment", () => {
    expect(treeOf("README.md")).to.have.lengthOf.above(20);
    expect(treeOf("pulumi/README.md")).to.have.lengthOf.above(20);
  });

  it("has a page for each service", () => {
    for (const service of serviceNames)
      expect(documents).to.include(`services/${service}/README.md`);
  });
});
