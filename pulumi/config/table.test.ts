import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { configTable, scalingTable } from "./table.ts";

/** The cells alone: how wide a column is drawn does not matter. */
function cells(table: string): string[] {
  return table.split("\n").map((line) => line.replace(/-+/g, "-").replace(/ +/g, " ").trim());
}

describe("pulumi/README.md", () => {
  let readme: string;

  before(async () => {
    readme = await readFile(path.join(import.meta.dirname, "../README.md"), "utf8");
  });

  for (const [name, table] of Object.entries({ config: configTable(), scaling: scalingTable() }))
    it(`lists every key of ${name} with its type, default and meaning`, () => {
      const [, found = ""] = new RegExp(`<!-- ${name} -->\n\n([^]*?)\n\n<!--`).exec(readme) ?? [];
      expect(cells(found), "run node pulumi/write-generated.ts").to.deep.equal(cells(table));
    });
});
