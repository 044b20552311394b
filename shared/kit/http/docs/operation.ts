import { STATUS_CODES } from "node:http";
import { escapeHtml, inlineHtml } from "../html.ts";
import { type Components, type DescribedResponse, RESPONSES } from "./answers.ts";
import { type JsonObject, SCHEMAS } from "./json-schema.ts";
import type { Operation, Parameter } from "./openapi.ts";
import { curlCommand, type NamedOperation, tryItHtml } from "./request.ts";
import { fieldsHtml, namedHtml, termHtml, termsHtml, typeHtml } from "./schema-html.ts";

/** What OpenAPI calls a media type. */
interface Media {
  schema: JsonObject;
  example?: unknown;
  /** Of the kinds of problems, by their ids. */
  examples?: Record<string, { summary: string; value: { type: string } }>;
}

type Content = Record<string, Media>;

/** `raiseOwnNumber` as `Raise own number`. */
export function titleOf({ operationId }: Operation): string {
  const words = operationId.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

export function requestLine(method: string, path: string): string {
  return `<b class="method ${method}">${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code>`;
}

/** An operation: what it does, takes and answers, and beside that examples of it. */
export function operationHtml(named: NamedOperation, components: Components): string {
  const { method, path, operation } = named;
  const { operationId, summary, description = "", parameters = [], requestBody } = operation;
  const replies = repliesOf(operation);
  return `<section class="operation" id="${operationId}" aria-labelledby="${operationId}-title">
<div>
<h3 id="${operationId}-title">${titleOf(operation)}</h3>
<p class="request">${requestLine(method, path)}</p>
<p>${inlineHtml(summary)}.</p>
<p class="hint">${inlineHtml(description)} ${credentialText(operation)}</p>
${parameters.length === 0 ? "" : `<h4>Parameters</h4>${namedHtml(parameters.map(toNamed))}`}
${requestBody === undefined ? "" : bodyHtml(requestBody, components)}
<h4>Answers</h4>
${termsHtml(replies.map(replyHtml))}
<p class="hint">Problems: ${problemLinks(operation, components)}.</p>
</div>
<div>
${exampleHtml("Request", curlCommand(named))}
${replyExamples(replies).join("\n")}
${tryItHtml(named)}
</div>
</section>`;
}

type Reply = [status: string, reply: DescribedResponse];

/** The answers of its own: those that it has in common with others are problems. */
function repliesOf({ responses }: Operation): Reply[] {
  return Object.entries(responses).flatMap(([status, response]) =>
    "$ref" in response ? [] : [[status, response] satisfies Reply],
  );
}

function credentialText({ security }: Operation): string {
  if (security.length === 0) return "";
  const asked = security.some((scheme) => "apiKey" in scheme) ? "an API key" : "an access token";
  const isOptional = security.some((scheme) => Object.keys(scheme).length === 0);
  return `Asks for ${asked}${isOptional ? ", where the deployment does" : ""}.`;
}

function toNamed({ name, in: place, required, description, schema }: Parameter) {
  return { name, schema, description, notes: [place, ...(required ? [] : ["optional"])] };
}

function bodyHtml(body: JsonObject, { schemas }: Components): string {
  const content = body["content"] as Content;
  const optional = body["required"] === true ? "" : " It may be left out.";
  const name = String(Object.values(content)[0]?.schema["$ref"]).replace(SCHEMAS, "");
  const fields = fieldsHtml((schemas[name] ?? {}) as JsonObject);
  return `<h4>Body</h4><p>${typesHtml(content)}.${optional}</p>${fields}`;
}

/** Schemas and media types; `application/json` goes without saying. */
function typesHtml(content: Content): string {
  const named = Object.entries(content).map(([type, { schema }]) => {
    const media = `<code>${escapeHtml(type)}</code>`;
    if (type === "application/json") return typeHtml(schema);
    return "$ref" in schema ? `as ${media}` : media;
  });
  return named.join(" or ");
}

function replyHtml([status, { description, headers = {}, content = {} }]: Reply): string {
  const own = Object.entries(headers as Record<string, { description?: string }>).flatMap(
    ([name, { description: meaning }]) =>
      meaning === undefined ? [] : [`\`${name}\`: ${meaning}`],
  );
  const types =
    Object.keys(content).length === 0 ? "" : ` <small>${typesHtml(content as Content)}</small>`;
  const meaning = [description, ...own].map((text) => text.replace(/\.?$/, "."));
  return termHtml(`<code>${status}</code>${types}`, meaning.join(" "));
}

/** Replies that have the same example share it. */
function replyExamples(replies: readonly Reply[]): string[] {
  const examples = replies.flatMap(([status, { content = {} }]) =>
    Object.values(content as Content).flatMap(({ example }) => {
      if (example === undefined) return [];
      const text = typeof example === "string" ? example : JSON.stringify(example, undefined, 2);
      return [{ title: `${status} ${STATUS_CODES[status] ?? ""}`, text }];
    }),
  );
  const byText = Map.groupBy(examples, ({ text }) => text);
  return [...byText].map(([text, all]) =>
    exampleHtml(all.map(({ title }) => title).join(", "), text),
  );
}

/** A text to copy; the script shows the button. */
function exampleHtml(title: string, text: string): string {
  const button = `<button type="button" hidden>Copy<span class="unseen"> ${title}</span></button>`;
  return `<figure>
<figcaption>${title} ${button}</figcaption>
<pre><code>${escapeHtml(text.trimEnd())}</code></pre>
</figure>`;
}

/** Each kind links to its page, which has an example. */
function problemLinks({ responses }: Operation, components: Components): string {
  const shared = Object.entries(responses).flatMap(([status, response]) => {
    if (!("$ref" in response) || status === "default") return [];
    const { content = {} } = components.responses[response.$ref.replace(RESPONSES, "")] ?? {};
    return Object.values(content as Content).flatMap(({ examples = {} }) =>
      Object.values(examples),
    );
  });
  const links = shared.map(
    ({ summary, value }) => `<a href="${escapeHtml(value.type)}">${escapeHtml(summary)}</a>`,
  );
  return links.join(", ");
}
