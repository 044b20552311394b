import { escapeHtml } from "./html.ts";
import type { ApiDocument, Operation } from "./openapi.ts";

/** An API description as one page that needs no script and loads nothing. */
export function docsPage({ info, paths, components }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section({ path, method, operation })),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)}</title>
<style>${STYLE}</style>
<h1>${escapeHtml(info.title)}</h1>
<p>${escapeHtml(info.description)}</p>
<p><a href="openapi.json">openapi.json</a></p>
${operations.join("\n")}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(schemaSection).join("\n")}
</html>
`;
}

function section(entry: { path: string; method: string; operation: Operation }): string {
  const { path, method, operation } = entry;
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, description = "" }) =>
      `<tr><td><code>${escapeHtml(name)}</code><td>${place}<td>${escapeHtml(description)}`,
  );
  const answers = Object.entries(operation.responses).map(
    ([status, { description }]) => `<tr><td><code>${status}</code><td>${escapeHtml(description)}`,
  );
  return `<section id="${operation.operationId}">
<h2><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h2>
<p>${escapeHtml(operation.summary)}</p>
${operation.description === undefined ? "" : `<p>${escapeHtml(operation.description)}</p>`}
${parameters.length === 0 ? "" : `<table>${parameters.join("")}</table>`}
${operation.requestBody === undefined ? "" : json(operation.requestBody)}
<table>${answers.join("")}</table>
</section>`;
}

function schemaSection([name, schema]: [string, unknown]): string {
  return `<section id="${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>${json(schema)}</section>`;
}

function json(value: unknown): string {
  return `<details><summary>JSON Schema</summary><pre>${escapeHtml(
    JSON.stringify(value, undefined, 2),
  )}</pre></details>`;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin-top: 2.5rem; border-bottom: 1px solid #8884; }
td { padding: 0.15rem 1rem 0.15rem 0; vertical-align: top; }
pre { overflow-x: auto; font-size: 0.85rem; }
`;
