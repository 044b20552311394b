// Remembers what a release created and later versions must keep, once it is deployed:
// node pulumi/names/write-released.ts <revision>
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { keptResources } from "./kept.ts";
import { recordRevision } from "../offline/record-stack.ts";

const [revision = "HEAD"] = process.argv.slice(2);
const released: Record<string, unknown> = {};
for (const stack of ["dev", "prod"])
  released[stack] = keptResources(await recordRevision(stack, revision));
const file = path.join(import.meta.dirname, "released.json");
await writeFile(file, `${JSON.stringify(released, undefined, 2)}\n`);
