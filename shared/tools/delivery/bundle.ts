/**
 * `npm run bundle [-- <service> …]`: a service as one file, `dist/<service>/main.mjs`, all its
 * packages included. The Dockerfile's bundle stage runs this very command.
 */
import { bundleService } from "./bundle-service.ts";
import { readServiceNames } from "../service-names.ts";

const does = "makes one file of a service, dist/<service>/main.mjs";
for (const service of readServiceNames({ command: "bundle", does })) {
  const { path, bytes } = await bundleService(service);
  console.log(`${path}: ${Math.round(bytes / 1_000)} kB`);
}
