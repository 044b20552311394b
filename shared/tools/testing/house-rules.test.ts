import { globSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect } from "chai";

const root = resolve(import.meta.dirname, "../../..");
const MAX_FILES_IN_FOLDER = 15;
/** Neither is in the repository: packages, and the types that are made of an `openapi.json`. */
const made = /(^|\/)node_modules(\/|$)|\/api\.d\.ts$/;

const files = globSync("{services,shared}/**/*.*", {
  cwd: root,
  exclude: (path) => made.test(path),
});

describe("the rules of the house", () => {
  it(`puts at most ${MAX_FILES_IN_FOLDER} files into a folder`, () => {
    const folders = Map.groupBy(files, (file) => dirname(file));
    const full = [...folders].filter(([, { length }]) => length > MAX_FILES_IN_FOLDER);
    expect(folders.size).to.be.greaterThan(30);
    expect(full.map(([folder, { length }]) => `${folder}: ${length} files`)).to.deep.equal([]);
  });
});
