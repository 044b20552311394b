import { readFile } from "node:fs/promises";
import { container, serviceNames, type ServiceName } from "../../contract.ts";
import { termHtml, termsHtml } from "../../kit/http/docs/schema-html.ts";
import { servicesHtml } from "../../kit/http/docs/services-page.ts";
import { pageHtml } from "../../kit/http/page/frame.ts";
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
  const running = await Promise.all(instances.map(describeInstance));
  const examples = await Promise.all(serviceNames.map((service) => createExample(service, port)));
  const main = `<h1>Page services on this machine</h1>
<p class="lead">The gateway listens on port ${port} and routes as the deployed load balancer does.</p>
<h2>Services</h2>
${servicesHtml()}
<h2>Instances</h2>
<p class="hint">Asked directly, without the gateway.</p>
${termsHtml(running)}
<h2>Stores</h2>
${termsHtml([
  termHtml("DynamoDB", stores?.dynamodb ?? "starting"),
  termHtml("Redis", stores?.redis ?? "starting"),
])}
<h2>Requests to try</h2>
${examples.join("")}`;
  return pageHtml({ title: "Page services, local", main });
}

async function describeInstance({ name, port }: Instance): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const paths = [container.metricsPath, container.healthPath, container.readyPath];
  const links = paths.map(
    (path) => `<a href="${url}${path}">${path.slice(1)}<span class="unseen"> of ${name}</span></a>`,
  );
  return termHtml(`${name} <small>· ${links.join(" · ")}</small>`, await askReadiness(url));
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

/** With the address of this stack, which need not be the one that the file names. */
async function createExample(service: ServiceName, port: number): Promise<string> {
  const file = new URL(`${service}/example/requests.http`, servicesFolder);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return "";
  const path = `services/${service}/example/requests.http`;
  const here = text.replace(/^@url = .*$/m, `@url = http://localhost:${port}`);
  return `<h3>${service}</h3>
<p class="hint">${path}, which editors run:</p><pre>${escapeHtml(here)}</pre>`;
}
