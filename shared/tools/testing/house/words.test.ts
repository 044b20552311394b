import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";

const root = resolve(import.meta.dirname, "../../../..");
const folders = "{services,shared,pulumi,.github}/**/";
const texts = globSync([`${folders}{*.{ts,sh,yml,md},Dockerfile}`, "*.{md,js,cjs,hcl,yml,yaml}"], {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules(\/|$)|api\.d\.ts$)/.test(path),
}).filter((file) => !file.endsWith("house/words.test.ts"));

/** What this project once said, and the word of the field for it. */
const replacements: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\bmend(s|ed|ing)?\b/i, "fix"],
  [/\bshall\b/i, "must"],
  [/\bfor ?ever\b/i, "without end, or never again"],
  [/\boff the way\b/i, "in the background"],
  [/\b(is|are) told\b/i, "is configured, is sent"],
  [/\banother life\b/i, "an earlier run"],
  [/untold/i, "pending"],
  [/\bnobody gets\b/i, "is not given"],
  [/\bso much for\b/i, "nothing: delete it"],
  [/\b(whilst|whence|hitherto|lest|perchance|thereof|herein|whereupon|betwixt)\b/i, "plain words"],
];

describe("the words of the house", () => {
  it("are looked for in every kind of text", () => {
    expect(texts).to.include.members(["README.md", "eslint.config.js", "services/Dockerfile"]);
    expect(texts).to.include.members(["services/counter/main.ts", "services/counter/README.md"]);
  });

  for (const [words, instead] of replacements) {
    it(`are those of the field: "${instead}" in place of ${words.source}`, () => {
      const found = texts.flatMap((file) =>
        readFileSync(join(root, file), "utf8")
          .split("\n")
          .flatMap((line, index) => (words.test(line) ? [`${file}:${index + 1} ${line}`] : [])),
      );
      expect(found).to.deep.equal([]);
    });
  }
});
