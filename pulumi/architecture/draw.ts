import { writeFile } from "node:fs/promises";
import { drawArchitecture } from "./architecture.ts";

await writeFile(new URL("architecture.svg", import.meta.url), drawArchitecture());
