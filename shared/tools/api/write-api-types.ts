/**
 * Writes the types of each service's API, as its consumers see it, beside their example. Run before
 * every type check: what a description no longer says then fails there. The types are not committed.
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { serviceNames } from "../../contract.ts";

for (const service of serviceNames) {
  const folder = new URL(`../../../services/${service}/`, import.meta.url);
  const description = new URL("openapi.json", folder);
  if (!existsSync(description)) {
    console.error(`services/${service}/openapi.json is missing: npm run openapi writes it.`);
    process.exit(1);
  }
  const types = await openapiTS(description);
  await mkdir(new URL("example/", folder), { recursive: true });
  await writeFile(new URL("example/api.d.ts", folder), astToString(types));
}
