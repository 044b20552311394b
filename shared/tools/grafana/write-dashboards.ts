/**
 * `npm run grafana -- <folder> [<service>=<url> …]`: writes a dashboard of Grafana for each service, made
 * of the metrics that a running process of it describes. For compose.yaml, and for the deployed Prometheus: services have the same metrics.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { container, serviceNames } from "../../contract.ts";
import { createDashboard, panelsOf, readMetrics } from "./dashboard.ts";

const usage =
  "Usage: npm run grafana -- <folder> <service>=<url> …   writes <folder>/<service>.json, for " +
  "Grafana's import; <url> is that of a process, as http://localhost:8080/local lists them";

const [folder, ...sources] = process.argv.slice(2);
const isUsable = sources.every((source) => /^[a-z-]+=https?:\/\//.test(source));
if (folder === "--help") console.log(usage);
else if (folder === undefined || sources.length === 0 || !isUsable) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await mkdir(folder, { recursive: true });
  for (const source of sources) {
    const [service = "", url = ""] = source.split(/=(.*)/, 2);
    if (!serviceNames.some((name) => name === service)) throw new Error(`${service} is no service`);
    const answer = await fetch(`${url}${container.metricsPath}`);
    if (!answer.ok) throw new Error(`${url}${container.metricsPath}: ${answer.status}`);
    const panels = panelsOf(service, readMetrics(await answer.text()));
    const path = join(folder, `${service}.json`);
    await writeFile(path, `${JSON.stringify(createDashboard(service, panels), undefined, 2)}\n`);
    console.log(`${path}: ${panels.length} panels`);
  }
}
