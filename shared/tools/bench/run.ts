/** `npm run bench [-- <service> …]`: measures the numbers that the README quotes. */
import { cpus } from "node:os";
import type { ServiceName } from "../../contract.ts";
import { importPart, servicesWith } from "../service-part.ts";
import { type BenchReport, formatReport } from "./report.ts";

const PART = "bench/bench.ts";
const measured = servicesWith(PART);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !measured.some((service) => service === name));
if (unknown.length > 0) {
  console.error(`No benchmark ${unknown.join(", ")}; there are ${measured.join(", ")}.`);
  process.exit(2);
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n`,
);
for (const service of wanted.length > 0 ? (wanted as ServiceName[]) : measured) {
  const part = await importPart<{ bench: () => Promise<BenchReport> }>(service, PART);
  if (part === undefined) continue;
  console.log(`## ${service}\n`);
  console.log(formatReport(await part.bench()));
}
