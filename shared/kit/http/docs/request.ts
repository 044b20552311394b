import { escapeHtml } from "../html.ts";
import type { JsonObject } from "./json-schema.ts";
import type { Operation, Parameter } from "./openapi.ts";

export interface NamedOperation {
  method: string;
  path: string;
  operation: Operation;
}

/** Stands in a page for scheme, host and port of the request for it. */
export const ORIGIN = "https://origin.invalid";

/** The request that the operation's examples make: its path filled in, and its body. */
export function exampleRequest({ path, operation }: NamedOperation) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
    const parameter = operation.parameters?.find((each) => each.name === name);
    return String(exampleOf(parameter) ?? place);
  });
  return { path: filled, body: bodyOf(operation) };
}

/** A command that sends it, to be pasted into a shell. */
export function curlCommand(named: NamedOperation): string {
  const { method, operation } = named;
  const { path, body } = exampleRequest(named);
  const credential = credentialOf(operation);
  const options = [
    `curl '${ORIGIN}${path}'`,
    ...(method === "get" ? [] : [`-X ${method.toUpperCase()}`]),
    ...(credential?.isRequired === true ? [`-H "authorization: Bearer $${credential.name}"`] : []),
    ...(body === undefined
      ? []
      : [
          "-H 'content-type: application/json'",
          `-d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
        ]),
  ];
  return options.join(" \\\n  ");
}

/** A form that the script shows, and that sends the request from the page. */
export function tryItHtml({ method, path, operation }: NamedOperation): string {
  const { operationId, parameters = [] } = operation;
  const credential = credentialOf(operation);
  const body = bodyOf(operation);
  const fields = [
    ...parameters.map((parameter) => {
      const { name, in: place, required } = parameter;
      const value = place === "header" ? "" : String(exampleOf(parameter) ?? "");
      const must = required ? " required" : "";
      const input = `<input name="${place} ${name}" value="${escapeHtml(value)}"${must}>`;
      return `<label><code>${escapeHtml(name)}</code> ${input}</label>`;
    }),
    ...(credential ? [credentialHtml(credential)] : []),
    ...(body === undefined ? [] : [bodyHtml(body)]),
  ];
  return `<details class="try" hidden>
<summary>Try it<span class="unseen">: ${operationId}</span></summary>
<form data-method="${method.toUpperCase()}" data-path="${escapeHtml(path)}">
${fields.join("\n")}
<button class="main">Send</button>
<output><pre hidden></pre></output>
</form>
</details>`;
}

function credentialHtml({ name, title }: (typeof credentials)[keyof typeof credentials]): string {
  return `<label>${title} <input name="credential ${name}" autocomplete="off"></label>`;
}

function bodyHtml(body: unknown): string {
  const text = escapeHtml(JSON.stringify(body, undefined, 2));
  return `<label>Body <textarea name="body" rows="4" spellcheck="false">${text}</textarea></label>`;
}

const credentials = {
  apiKey: { name: "API_KEY", title: "API key" },
  userToken: { name: "ACCESS_TOKEN", title: "Access token" },
} as const;

/** Without a requirement, or with an empty one, a request may come without a key. */
function credentialOf({ security }: Operation) {
  const [scheme] = security.flatMap((each) => Object.keys(each)) as (keyof typeof credentials)[];
  if (scheme === undefined) return undefined;
  const isRequired = security.every((each) => Object.keys(each).length > 0);
  return { ...credentials[scheme], isRequired };
}

function bodyOf({ requestBody }: Operation): unknown {
  const { content = {} } = (requestBody ?? {}) as { content?: Record<string, JsonObject> };
  return content["application/json"]?.["example"];
}

type Scalar = string | number | boolean;

function exampleOf(parameter: Parameter | undefined): Scalar | undefined {
  const { examples, default: otherwise } = (parameter?.schema ?? {}) as {
    examples?: Scalar[];
    default?: Scalar;
  };
  return examples?.[0] ?? otherwise;
}
