/** `npm run bench [-- --quick] [<service> …]`: measures the numbers that the README quotes. */
import { cpus } from "node:os";
import { readServiceNames } from "../service-names.ts";
import { importPart, servicesWith } from "../service-part.ts";
import { type LoadOptions, quickly } from "./load.ts";
import { type BenchReport, formatReport } from "./report.ts";

const PART = "bench/bench.ts";
const QUICK = "--quick";

interface Bench {
  /** @param quick set when the main rows are to be measured by this short load */
  bench: (quick?: LoadOptions) => Promise<BenchReport>;
}

const services = readServiceNames({
  command: "bench",
  does: "measures a service beside its baselines; takes minutes, --quick about one",
  known: servicesWith(PART),
  flags: [QUICK],
});
const quick = process.argv.includes(QUICK) ? quickly : undefined;

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n`,
);
for (const service of services) {
  const part = await importPart<Bench>(service, PART);
  if (part === undefined) continue;
  console.log(`## ${service}\n`);
  console.log(formatReport(await part.bench(quick)));
}
