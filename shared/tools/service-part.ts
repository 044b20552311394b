import { existsSync } from "node:fs";
import { type ServiceName, serviceNames } from "../contract.ts";

/**
 * Imports what a service adds to a tool, by its place in the service's folder.
 *
 * @param path such as `bench/bench.ts`
 * @returns undefined when the service adds nothing there
 */
export async function importPart<Part>(
  service: ServiceName,
  path: string,
): Promise<Part | undefined> {
  const file = partOf(service, path);
  return existsSync(file) ? ((await import(file.href)) as Part) : undefined;
}

/** The services that add something at that place. */
export function servicesWith(path: string): readonly ServiceName[] {
  return serviceNames.filter((service) => existsSync(partOf(service, path)));
}

function partOf(service: ServiceName, path: string): URL {
  return new URL(`../../services/${service}/${path}`, import.meta.url);
}
