// npm run draw: the picture of the architecture, from its layout and the contract.
import { writeFile } from "node:fs/promises";
import { drawArchitecture } from "./architecture.ts";

if (process.argv.length > 2)
  console.log("Usage: npm run draw   draws pulumi/architecture/architecture.svg");
else await writeFile(new URL("architecture.svg", import.meta.url), drawArchitecture());
