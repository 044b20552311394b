import { fileURLToPath } from "node:url";
import { median } from "../bench/load.ts";
import type { ServiceName } from "../../contract.ts";
import { serviceEnvironment, type StoreAddresses } from "../local/processes/service-environment.ts";
import { BundledService } from "./bundled-service.ts";
import { nodeOptionsOf, readDockerfile } from "./dockerfile.ts";

/** How often a bundle is started to tell how long it takes. */
export const STARTS = 7;

const recipe = fileURLToPath(new URL("../../../services/Dockerfile", import.meta.url));

/**
 * From the start of a service's process, as its image runs it, until its stores answer through it.
 *
 * @param path of the service's bundle
 * @returns milliseconds, the median of several starts
 */
export async function medianStartMs(service: ServiceName, path: string, stores: StoreAddresses) {
  const nodeOptions = nodeOptionsOf(await readDockerfile(recipe));
  const env = { NODE_ENV: "production", ...serviceEnvironment(service, stores) };
  const times: number[] = [];
  for (let i = 0; i < STARTS; i += 1) {
    const process = await BundledService.start({ name: service, path, nodeOptions, env });
    times.push(process.readyMs);
    await process.kill();
  }
  return median(times);
}
