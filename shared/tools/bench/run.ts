/** `npm run bench [-- <service> …]`: measures the numbers that the README quotes. */
import { cpus } from "node:os";
import { readServiceNames } from "../service-names.ts";
import { importPart, servicesWith } from "../service-part.ts";
import { type BenchReport, formatReport } from "./report.ts";

const PART = "bench/bench.ts";
const services = readServiceNames({
  command: "bench",
  does: "measures a service beside its baselines; takes minutes",
  known: servicesWith(PART),
});

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n`,
);
for (const service of services) {
  const part = await importPart<{ bench: () => Promise<BenchReport> }>(service, PART);
  if (part === undefined) continue;
  console.log(`## ${service}\n`);
  console.log(formatReport(await part.bench()));
}
