/** `npm run bench [-- <service> …]`: measures the numbers that the README quotes. */
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { serviceNames } from "../contract.ts";
import { type BenchReport, formatReport } from "./report.ts";

const measured: readonly string[] = serviceNames.filter((service) =>
  existsSync(new URL(`${service}.ts`, import.meta.url)),
);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !measured.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark ${unknown.join(", ")}; there are ${measured.join(", ")}.`);
  process.exit(2);
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n`,
);
for (const service of wanted.length > 0 ? wanted : measured) {
  const { bench } = (await import(`./${service}.ts`)) as { bench: () => Promise<BenchReport> };
  console.log(`## ${service}\n`);
  console.log(formatReport(await bench()));
}
