// Remembers each service's API as clients have it, once it is deployed:
// node shared/tools/api/write-released.ts
import { readFile, writeFile } from "node:fs/promises";
import { serviceNames } from "../../contract.ts";
import type { ApiDocument } from "../../kit/http/docs/openapi.ts";
import { factsOf } from "./facts.ts";

for (const service of serviceNames) {
  const description = new URL(`../../../services/${service}/openapi.json`, import.meta.url);
  const text = await readFile(description, "utf8");
  const document = JSON.parse(text) as ApiDocument;
  const lines = Object.entries(factsOf(document)).map(
    ([place, fact]) => `${JSON.stringify(place)}: ${JSON.stringify(fact)}`,
  );
  const version = JSON.stringify(document.info.version);
  const facts = lines.join(",\n");
  await writeFile(
    new URL(`released/${service}.json`, import.meta.url),
    `{\n"version": ${version},\n"facts": {\n${facts}\n}\n}\n`,
  );
}
