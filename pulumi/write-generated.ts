// Rewrites what is generated and committed: `node pulumi/write-generated.ts`, then `npm run fix`.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { configTable, scalingTable } from "./config/table.ts";
import { runProgram } from "./offline/run-program.ts";
import { readStackFile } from "./offline/stack-file.ts";
import { resourceTree } from "./offline/tree.ts";

const directory = import.meta.dirname;

for (const stack of ["dev", "prod"]) {
  const file = await readStackFile(stack);
  if (file === undefined) throw new Error(`There is no Pulumi.${stack}.yaml.`);
  const { resources } = await runProgram(file);
  await writeFile(path.join(directory, "offline", `${stack}.txt`), `${resourceTree(resources)}\n`);
}

const readme = path.join(directory, "README.md");
const text = await readFile(readme, "utf8");
await writeFile(readme, replaceTables(text, { config: configTable(), scaling: scalingTable() }));

/** Each table stands between `<!-- name -->` and `<!-- /name -->`. */
function replaceTables(markdown: string, tables: Record<string, string>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`);
    return text.replace(place, (_, open: string, close: string) => `${open}\n${table}\n\n${close}`);
  }, markdown);
}
