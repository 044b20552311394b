import { curlCommand, type NamedOperation } from "./curl.ts";
import { fieldsHtml, typeHtml } from "./schema.ts";
import { docsStyle } from "./style.ts";
import { inlineHtml } from "./text.ts";
import { escapeHtml } from "../html.ts";
import type { ApiDocument, JsonObject, Operation, Parameter } from "./openapi.ts";

type Response = Operation["responses"][string];

/** An API description as one page that runs no script and loads nothing. */
export function docsPage({ info, paths, components }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = operations.map((named) => operationHtml(named, components.schemas));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)}</title>
<style>${docsStyle}</style>
<h1>${escapeHtml(info.title)}</h1>
<p class="lead">${inlineHtml(info.description)}</p>
<p>Version ${escapeHtml(info.version)} · <a href="openapi.json">openapi.json</a> · the examples take
<code>URL</code> from the shell: <code>URL=http://localhost:8080</code></p>
<table class="contents">${operations.map(contentsRow).join("")}</table>
<h2>Operations</h2>
${sections.join("\n")}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(schemaHtml).join("\n")}
</html>
`;
}

function contentsRow({ method, path, operation }: NamedOperation): string {
  const link = `<a href="#${operation.operationId}"><code>${escapeHtml(path)}</code></a>`;
  return `<tr><th scope="row">${badge(method)} ${link}<td>${inlineHtml(operation.summary)}`;
}

function badge(method: string): string {
  return `<span class="method ${method}">${method.toUpperCase()}</span>`;
}

function operationHtml(named: NamedOperation, schemas: JsonObject): string {
  const { method, path, operation } = named;
  const { operationId, summary, description = "", parameters = [], requestBody } = operation;
  return `<section id="${operationId}">
<h3>${badge(method)} <code>${escapeHtml(path)}</code></h3>
<p>${inlineHtml(summary)}${operation.security ? " <small>asks for an API key</small>" : ""}</p>
${description === "" ? "" : `<p>${inlineHtml(description)}</p>`}
<pre><code>${escapeHtml(curlCommand(named, schemas))}</code></pre>
${parameters.length === 0 ? "" : `<h4>Parameters</h4><table>${parameters.map(parameterRow).join("")}</table>`}
${requestBody === undefined ? "" : `<h4>Body</h4><p>${bodyHtml(requestBody)}</p>`}
<h4>Answers</h4><table>${Object.entries(operation.responses).map(answerRow).join("")}</table>
</section>`;
}

function parameterRow({ name, in: place, required, description, schema }: Parameter): string {
  const { default: otherwise } = schema;
  const note = [place, ...(required ? [] : ["optional"])].join(", ");
  const fallback =
    otherwise === undefined ? "" : `, else <code>${escapeHtml(JSON.stringify(otherwise))}</code>`;
  return (
    `<tr><th scope="row"><code>${escapeHtml(name)}</code> <small>${note}</small>` +
    `<td>${typeHtml(schema)}${fallback}<td>${inlineHtml(description ?? "")}`
  );
}

function bodyHtml(body: JsonObject): string {
  const optional = body["required"] === true ? "" : " <small>may be left out</small>";
  return `${contentHtml(body["content"])}${optional}`;
}

/** A body's media type, and its schema where it is worth naming. */
function contentHtml(content: unknown): string {
  return Object.entries((content ?? {}) as Record<string, { schema: JsonObject }>)
    .map(([type, { schema }]) =>
      type === "application/json"
        ? `${typeHtml(schema)}${fieldsHtml(schema)}`
        : `<code>${escapeHtml(type)}</code>`,
    )
    .join(" or ");
}

function answerRow([status, { description, headers = {}, content }]: [string, Response]): string {
  const named = Object.entries(headers as Record<string, { description: string }>).map(
    ([name, header]) => `<br><small><code>${name}</code> ${inlineHtml(header.description)}</small>`,
  );
  const shape = Number(status) < 400 ? contentHtml(content) : '<a href="#Problem">Problem</a>';
  return (
    `<tr><th scope="row"><code>${status}</code><td>${shape}` +
    `<td>${inlineHtml(description)}${named.join("")}`
  );
}

function schemaHtml([name, value]: [string, unknown]): string {
  const schema = value as JsonObject;
  const { description } = schema;
  const text = typeof description === "string" ? `<p>${inlineHtml(description)}</p>` : "";
  return `<section id="${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>${text}${fieldsHtml(schema)}</section>`;
}
