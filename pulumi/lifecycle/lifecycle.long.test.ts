import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { lifecycleTable } from "./lifecycle-table.ts";
import { allOutcomes } from "./outcomes.ts";

describe("the table of what a change does", () => {
  it("is what the program does", async function () {
    // Eighty runs of the program: five minutes, or longer where others compute.
    this.timeout(1_800_000);
    const readme = await readFile(path.join(import.meta.dirname, "../README.md"), "utf8");
    const [, found = ""] = /<!-- lifecycle -->\n\n([^]*?)\n\n<!--/.exec(readme) ?? [];
    const cells = (table: string) => table.replace(/-{2,}/g, "--").replace(/ +/g, " ");
    const table = lifecycleTable(await allOutcomes());
    expect(cells(found), "run node pulumi/lifecycle/write-table.ts").to.equal(cells(table));
  });
});
