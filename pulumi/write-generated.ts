// Rewrites what is generated and committed: `node pulumi/write-generated.ts`, then `npm run fix`.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
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
  await writeFile(path.join(directory, "offline", `${stack}.txt`), `${resourceTree(resources)}\n`);
}

const readme = path.join(directory, "README.md");
const text = await readFile(readme, "utf8");
const tables = { config: configTable(), scaling: scalingTable(), cost: costTable(bills) };
await writeFile(readme, replaceTables(text, tables));

/** Each table stands between `<!-- name -->` and `<!-- /name -->`. */
function replaceTables(markdown: string, tables: Record<string, string>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`);
    return text.replace(place, (_, open: string, close: string) => `${open}\n${table}\n\n${close}`);
  }, markdown);
}
