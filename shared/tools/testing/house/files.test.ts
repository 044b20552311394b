import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect } from "chai";

const root = resolve(import.meta.dirname, "../../../..");
const MAX_FILES_IN_FOLDER = 15;
/** Neither is in the repository: packages, and the types that are made of an `openapi.json`. */
const made = /(^|\/)(node_modules(\/|$)|api\.d\.ts$)/;

const namedByMocha = "mochaHooks";

const files = globSync("{services,shared,pulumi}/**/*.*", {
  cwd: root,
  exclude: (path) => made.test(path),
});
const modules = files.filter((file) => file.endsWith(".ts"));

describe("the rules of the house for files", () => {
  it(`put at most ${MAX_FILES_IN_FOLDER} into a folder`, () => {
    const folders = Map.groupBy(files, (file) => dirname(file));
    const full = [...folders].filter(([, { length }]) => length > MAX_FILES_IN_FOLDER);
    expect(folders.size).to.be.greaterThan(30);
    expect(full.map(([folder, { length }]) => `${folder}: ${length} files`)).to.deep.equal([]);
  });

  it("name them in lower case with hyphens", () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.long)?(\.test)?\.ts$/;
    expect(modules.filter((file) => !name.test(basename(file)))).to.deep.equal([]);
  });

  it("give them a subject: none is a collection of helpers", () => {
    const collection = /(^|[/-])(utils?|helpers?|common|misc|index)([/.-]|$)/;
    const collections = modules.filter((file) => collection.test(file));
    expect(collections).to.deep.equal(["pulumi/index.ts"]);
  });

  it("export no function, class or value that no other file names", () => {
    const wordsOf = (file: string) => readFileSync(join(root, file), "utf8").split(/[^\w$]+/);
    const namedBy = new Map<string, Set<string>>();
    for (const file of modules) {
      for (const word of wordsOf(file))
        namedBy.set(word, (namedBy.get(word) ?? new Set()).add(file));
    }
    const exported = /^export (?:async |abstract )?(?:function|class|const) (\w+)/gm;
    const unused = modules.flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(exported)]
        .filter(([, name = ""]) => namedBy.get(name)?.size === 1 && name !== namedByMocha)
        .map(([, name]) => `${file}: ${name ?? ""}`),
    );
    expect(unused).to.deep.equal([]);
  });
});
