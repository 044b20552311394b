import { createHash } from "node:crypto";
import { escapeHtml, inlineHtml } from "../html.ts";
import { pageHtml } from "../page/frame.ts";
import { TryIt } from "./browser/try-it.ts";
import type { JsonObject } from "./json-schema.ts";
import type { Components } from "./answers.ts";
import type { ApiDocument } from "./openapi.ts";
import { operationHtml, requestLine, titleOf } from "./operation.ts";
import { type NamedOperation, ORIGIN } from "./request.ts";
import { fieldsHtml, termHtml, termsHtml, typeHtml } from "./schema-html.ts";

/** The page's script by its own source text. Without it the page can be read as well. */
const script = `new (${String(TryIt)})().start();`;

/** Names the script for a security policy. */
export const docsScriptHash = createHash("sha256").update(script).digest("base64");

export interface DocsPageOptions {
  service: string;
  document: ApiDocument;
  /** HTML: the kinds of problems. */
  problems: string;
}

/** An API description as one page, in which `ORIGIN` stands for the origin of its reader. */
export function docsPage({ service, document, problems }: DocsPageOptions): string {
  const { info, tags, paths, components } = document;
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = groupsOf(
    tags,
    all.filter(({ operation }) => operation.deprecated !== true),
  );
  const main = `<div class="intro">
<h1>${escapeHtml(info.title)}</h1>
<p class="lead">${inlineHtml(info.description)}</p>
<p class="hint">Version ${escapeHtml(info.version)} · served from <code>${ORIGIN}</code> ·
<a href="/${service}/openapi.json">openapi.json</a></p>
</div>
<nav class="contents" aria-label="Contents">
${groups.map(contentsHtml).join("\n")}
<ul><li><a href="#problems">Problems</a><li><a href="#schemas">Schemas</a></ul>
</nav>
<div class="content">
${groups.map((group) => groupHtml(group, components)).join("\n")}
${deprecatedHtml(all)}
<h2 id="problems">Problems</h2>
<p class="hint">Every answer has <code>x-request-id</code>, which finds the request in the log.</p>
${problems}
<h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).filter(isNoProblem).map(schemaHtml).join("\n")}
</div>`;
  return pageHtml({ title: `${info.title} API`, main, layout: "docs", script, service });
}

interface Group {
  name: string;
  description: string;
  operations: readonly NamedOperation[];
}

/** By tag; what has none comes first. */
function groupsOf(tags: ApiDocument["tags"], all: readonly NamedOperation[]): Group[] {
  const untagged = { name: "operations", description: "What the service does." };
  const groups = [untagged, ...tags].map((tag) => ({
    ...tag,
    operations: all.filter(
      ({ operation: { tags: [own = untagged.name] = [] } }) => own === tag.name,
    ),
  }));
  return groups.filter(({ operations }) => operations.length > 0);
}

function contentsHtml({ name, operations }: Group): string {
  const links = operations.map(
    ({ operation }) => `<li><a href="#${operation.operationId}">${titleOf(operation)}</a>`,
  );
  return `<p>${escapeHtml(name)}</p><ul>${links.join("")}</ul>`;
}

function groupHtml({ name, description, operations }: Group, components: Components): string {
  return `<h2>${escapeHtml(name)}</h2>
<p class="hint">${inlineHtml(description)}</p>
${operations.map((operation) => operationHtml(operation, components)).join("\n")}`;
}

function deprecatedHtml(all: readonly NamedOperation[]): string {
  const deprecated = all.filter(({ operation }) => operation.deprecated === true);
  if (deprecated.length === 0) return "";
  const terms = deprecated.map(({ method, path, operation }) =>
    termHtml(requestLine(method, path), operation.description ?? ""),
  );
  return `<h2>Deprecated</h2>
<p class="hint">These work as well, and name their successor in <code>link</code>.</p>
${termsHtml(terms)}`;
}

/** A problem's schema says what its own page says. */
function isNoProblem([name]: [string, unknown]): boolean {
  return !/.Problem$/.test(name);
}

function schemaHtml([name, value]: [string, unknown]): string {
  const schema = value as JsonObject;
  const { description } = schema;
  const text =
    typeof description === "string" ? `<p class="hint">${inlineHtml(description)}</p>` : "";
  const content = fieldsHtml(schema) || `<p>${typeHtml(schema)}</p>`;
  const title = escapeHtml(name);
  return `<section id="${title}"><h3>${title}</h3>${text}${content}</section>`;
}
