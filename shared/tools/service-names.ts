import { type ServiceName, serviceNames } from "../contract.ts";

export interface ServiceNamesOptions {
  /** Name of the npm script, for the usage. */
  command: string;
  /** What it does with each service: one line. */
  does: string;
  /** Services that the command knows. Default: all of the contract. */
  known?: readonly ServiceName[];
  /** Options that the command reads itself. */
  flags?: readonly string[];
}

/**
 * The services named on the command line, or all where none is. The process ends with the usage when
 * `--help` asks for it, and with one line and code 2 when a name or an option is unknown.
 */
export function readServiceNames(options: ServiceNamesOptions): readonly ServiceName[] {
  const { command, does, known = serviceNames, flags = [] } = options;
  const args = process.argv.slice(2).filter((arg) => !flags.includes(arg));
  if (args.includes("--help")) {
    console.log(
      `Usage: npm run ${command} [-- <service> …]   ${does}\nServices: ${known.join(", ")}`,
    );
    process.exit(0);
  }
  const unknown = args.filter((name) => !known.some((service) => service === name));
  if (unknown.length > 0) {
    console.error(`${command} knows no ${unknown.join(", ")}; there are ${known.join(", ")}.`);
    process.exit(2);
  }
  return args.length === 0 ? known : (args as ServiceName[]);
}
