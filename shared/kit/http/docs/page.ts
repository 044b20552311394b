import { curlCommand, type NamedOperation } from "./curl.ts";
import { fieldsHtml, typeHtml } from "./schema.ts";
import { pageHtml } from "./page-frame.ts";
import { escapeHtml, inlineHtml } from "../html.ts";
import { type Components, type Response, RESPONSES } from "./answers.ts";
import type { JsonObject } from "./json-schema.ts";
import type { ApiDocument, Operation, Parameter } from "./openapi.ts";

/** An API description as one page; `problems` is its list of the kinds of problems. */
export function docsPage({ info, paths, components }: ApiDocument, problems: string): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = operations.map((named) => operationHtml(named, components));
  return pageHtml(
    info.title,
    `<h1>${escapeHtml(info.title)}</h1>
<p class="lead">${inlineHtml(info.description)}</p>
<p>Version ${escapeHtml(info.version)} · <a href="openapi.json">openapi.json</a> · the examples take
<code>URL</code> from the shell: <code>URL=http://localhost:8080</code></p>
<table class="contents">${operations.map(contentsRow).join("")}</table>
<h2>Operations</h2>
${sections.join("\n")}
<p>Every answer has <code>x-request-id</code>, which finds the request in the log.</p>
<h2>Problems</h2>
${problems}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(schemaHtml).join("\n")}`,
  );
}

function contentsRow({ method, path, operation }: NamedOperation): string {
  const link = `<a href="#${operation.operationId}"><code>${escapeHtml(path)}</code></a>`;
  const note = operation.deprecated ? " <small>deprecated</small>" : "";
  return `<tr><th scope="row">${badge(method)} ${link}<td>${inlineHtml(operation.summary)}${note}`;
}

function badge(method: string): string {
  return `<span class="method ${method}">${method.toUpperCase()}</span>`;
}

function operationHtml(named: NamedOperation, components: Components): string {
  const { method, path, operation } = named;
  const { operationId, summary, description = "", parameters = [], requestBody } = operation;
  const answers = Object.entries(operation.responses).map(([status, response]) =>
    answerRow(status, response, components),
  );
  return `<section id="${operationId}">
<h3>${badge(method)} <code>${escapeHtml(path)}</code></h3>
<p>${inlineHtml(summary)}${keyHtml(operation)}</p>
${description === "" ? "" : `<p>${inlineHtml(description)}</p>`}
<pre><code>${escapeHtml(curlCommand(named, components.schemas))}</code></pre>
${parameters.length === 0 ? "" : `<h4>Parameters</h4><table>${parameters.map(parameterRow).join("")}</table>`}
${requestBody === undefined ? "" : `<h4>Body</h4><p>${bodyHtml(requestBody)}</p>`}
<h4>Answers</h4><table>${answers.join("")}</table>
</section>`;
}

function keyHtml({ security }: Operation): string {
  if (security.length === 0) return "";
  const asked = security.some((scheme) => "apiKey" in scheme) ? "an API key" : "an access token";
  const isOptional = security.some((scheme) => Object.keys(scheme).length === 0);
  return ` <small>asks for ${asked}${isOptional ? ", where the deployment does" : ""}</small>`;
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
      type.endsWith("json")
        ? `${typeHtml(schema)}${fieldsHtml(schema)}`
        : `<code>${escapeHtml(type)}</code>`,
    )
    .join(" or ");
}

function answerRow(status: string, response: Response, { responses }: Components): string {
  const described = "$ref" in response ? responses[response.$ref.replace(RESPONSES, "")] : response;
  const { description = "", headers = {}, content } = described ?? {};
  const named = Object.entries(headers as Record<string, Header>).flatMap(([name, header]) =>
    "$ref" in header ? [] : [`<br><small><code>${name}</code> ${headerHtml(header)}</small>`],
  );
  return (
    `<tr><th scope="row"><code>${status}</code><td>${contentHtml(content)}` +
    `<td>${inlineHtml(description)}${named.join("")}`
  );
}

type Header = { $ref: string } | { description?: string; schema: JsonObject };

function headerHtml({ description, schema }: Exclude<Header, { $ref: string }>): string {
  return description === undefined ? typeHtml(schema) : inlineHtml(description);
}

function schemaHtml([name, value]: [string, unknown]): string {
  const schema = value as JsonObject;
  const { description } = schema;
  const text = typeof description === "string" ? `<p>${inlineHtml(description)}</p>` : "";
  return `<section id="${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>${text}${fieldsHtml(schema)}</section>`;
}
