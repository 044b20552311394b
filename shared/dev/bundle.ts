/**
 * `npm run bundle [-- <service> …]`: each service as one file, `dist/<service>/main.mjs`, all its
 * packages included. The Dockerfile's first stage runs this very command.
 */
import { parseArgs } from "node:util";
import { serviceNames } from "../contract.ts";
import { bundleService } from "./bundle-service.ts";

const { positionals: wanted } = parseArgs({ allowPositionals: true });
const unknown = wanted.filter((name) => !serviceNames.some((service) => service === name));
if (unknown.length > 0) {
  console.error(`No service ${unknown.join(", ")}; there are ${serviceNames.join(", ")}.`);
  process.exit(2);
}
for (const service of serviceNames) {
  if (wanted.length > 0 && !wanted.includes(service)) continue;
  const { path, bytes } = await bundleService(service);
  console.log(`${path}: ${Math.round(bytes / 1_000)} kB`);
}
