// Rewrites what is generated and committed: `node pulumi/write-generated.ts`, then `npm run fix`.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { ringsTable } from "./alarms/rings.ts";
import { configTable, scalingTable } from "./config/table.ts";
import { estimate } from "./cost/estimate.ts";
import { costTable } from "./cost/tables.ts";
import type { Charge } from "./cost/charge.ts";
import { recordWorkingTree } from "./offline/record-stack.ts";
import { resourceTree } from "./offline/tree.ts";

const directory = import.meta.dirname;

const bills: Record<string, Charge[]> = {};
for (const stack of ["dev", "prod"]) {
  const { resources, region } = await recordWorkingTree(stack);
  bills[stack] = estimate(resources, region);
  if (stack === "prod") await replaceIn("RUNBOOK.md", { rings: ringsTable(resources) });
  await writeFile(path.join(directory, "offline", `${stack}.txt`), `${resourceTree(resources)}\n`);
}

await replaceIn("README.md", {
  ...{ config: configTable(), scaling: scalingTable(), cost: costTable(bills) },
});

async function replaceIn(document: string, tables: Record<string, string>): Promise<void> {
  const file = path.join(directory, document);
  await writeFile(file, replaceTables(await readFile(file, "utf8"), tables));
}

/** Each table stands between `<!-- name -->` and `<!-- /name -->`. */
function replaceTables(markdown: string, tables: Record<string, string>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`);
    return text.replace(place, (_, open: string, close: string) => `${open}\n${table}\n\n${close}`);
  }, markdown);
}
