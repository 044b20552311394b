import { serviceNames, services } from "../../../contract.ts";
import { pageHtml } from "../page/frame.ts";
import { termHtml, termsHtml } from "./schema-html.ts";

/** Where the documentation of each service begins. Any service may be the one that answers. */
export function servicesPage(): string {
  const main = `<h1>Documentation</h1>
<p class="lead">Each service describes its own API: for people, and in OpenAPI 3.1.</p>
${servicesHtml()}`;
  return pageHtml({ title: "Documentation", main });
}

/** What each service is for, with links to its documentation. */
export function servicesHtml(): string {
  const terms = serviceNames.map((name) => {
    const openApi = `<a href="/${name}/openapi.json">openapi.json<span class="unseen"> of ${name}</span></a>`;
    return termHtml(
      `<a href="/${name}/docs">${name}</a> <small>· ${openApi}</small>`,
      services[name].purpose,
    );
  });
  return termsHtml(terms);
}
