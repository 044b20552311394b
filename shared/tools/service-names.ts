import { parseArgs } from "node:util";
import { type ServiceName, serviceNames } from "../contract.ts";

/** The services named on the command line, or all where none is; an unknown one ends the process. */
export function readServiceNames(): readonly ServiceName[] {
  const { positionals } = parseArgs({ allowPositionals: true });
  const unknown = positionals.filter((name) => !serviceNames.some((service) => service === name));
  if (unknown.length > 0) {
    console.error(`No service ${unknown.join(", ")}; there are ${serviceNames.join(", ")}.`);
    process.exit(2);
  }
  return positionals.length === 0 ? serviceNames : (positionals as ServiceName[]);
}
