// Remembers what the program creates and later versions must keep: node pulumi/names/write-released.ts
// Refuses what would lose something that is remembered already.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Kept, keptResources, losses } from "./kept.ts";
import { recordWorkingTree } from "../offline/record-stack.ts";

const file = path.join(import.meta.dirname, "released.json");
const released = JSON.parse(await readFile(file, "utf8")) as Record<string, Kept[]>;
for (const stack of ["dev", "prod"]) {
  const recording = await recordWorkingTree(stack);
  const lost = losses(released[stack] ?? [], recording);
  if (lost.length > 0) throw new Error(lost.join("\n"));
  released[stack] = keptResources(recording);
}
await writeFile(file, `${JSON.stringify(released, undefined, 2)}\n`);
