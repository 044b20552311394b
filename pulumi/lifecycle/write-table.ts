// Rewrites the table in pulumi/README.md, in some minutes: node pulumi/lifecycle/write-table.ts
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { lifecycleTable } from "./lifecycle-table.ts";
import { allOutcomes } from "./outcomes.ts";

const readme = path.join(import.meta.dirname, "../README.md");
const table = lifecycleTable(await allOutcomes());
const text = await readFile(readme, "utf8");
const place = /(<!-- lifecycle -->\n)[^]*(<!-- \/lifecycle -->)/;
await writeFile(
  readme,
  text.replace(place, (_, open: string, close: string) => `${open}\n${table}\n\n${close}`),
);
