import { readFile } from "node:fs/promises";
import { container, serviceNames, type ServiceName } from "../../contract.ts";
import { pageHtml } from "../../kit/http/docs/page-frame.ts";
import { escapeHtml } from "../../kit/http/html.ts";
import type { Instance } from "./instances.ts";
import type { LocalStores } from "./stores/local-stores.ts";

const CHECK_TIMEOUT_MS = 1_000;
const servicesFolder = new URL("../../../services/", import.meta.url);

export interface LocalPageOptions {
  /** Of the gateway. */
  port: number;
  instances: readonly Instance[];
  /** Undefined while they start. */
  stores: LocalStores["descriptions"] | undefined;
}

/** The home page of the local stack: what runs, where to look, what to try. */
export async function createLocalPage(options: LocalPageOptions): Promise<string> {
  const { port, instances, stores } = options;
  const rows = await Promise.all(instances.map(createRow));
  const examples = await Promise.all(serviceNames.map(createExample));
  return pageHtml(
    "Page services, local",
    `<h1>Page services on this machine</h1>
<p>The gateway listens on port ${port} and routes as the deployed load balancer does.</p>
<h2>Services</h2>
<table><tr><th>service<th>to read<th>API</tr>${serviceNames.map(createLinks).join("")}</table>
<h2>Instances</h2>
<table><tr><th>instance<th>now<th colspan="3">asked directly</tr>${rows.join("")}</table>
<h2>Stores</h2>
<table>
<tr><th>DynamoDB<td>${escapeHtml(stores?.dynamodb ?? "starting")}</tr>
<tr><th>Redis<td>${escapeHtml(stores?.redis ?? "starting")}</tr>
</table>
<h2>Requests to try</h2>
${examples.join("")}`,
  );
}

function createLinks(service: ServiceName): string {
  const link = (path: string) => `<a href="/${service}/${path}">${path}</a>`;
  return `<tr><td>${service}<td>${link("docs")}<td>${link("openapi.json")}</tr>`;
}

async function createRow({ name, port }: Instance): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const paths = [container.metricsPath, container.healthPath, "/readyz"];
  const links = paths.map((path) => `<td><a href="${url}${path}">${path.slice(1)}</a>`);
  return `<tr><td>${name}<td>${escapeHtml(await askReadiness(url))}${links.join("")}</tr>`;
}

async function askReadiness(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/readyz`, {
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
    });
    if (response.ok) return "ready";
    return `not ready: ${(await response.text()).slice(0, 200)}`;
  } catch (error) {
    const isSilent = error instanceof Error && error.name === "TimeoutError";
    return isSilent ? `silent for ${CHECK_TIMEOUT_MS / 1_000} s` : "takes no connection";
  }
}

async function createExample(service: ServiceName): Promise<string> {
  const file = new URL(`${service}/example/requests.http`, servicesFolder);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return "";
  const path = `services/${service}/example/requests.http`;
  return `<h3>${service}</h3><p>${path}, which editors run:</p><pre>${escapeHtml(text)}</pre>`;
}
