import { exampleOf } from "./schema.ts";
import type { JsonObject } from "./json-schema.ts";
import type { Operation, Parameter } from "./openapi.ts";

export interface NamedOperation {
  method: string;
  path: string;
  operation: Operation;
}

/** A command that calls the operation at `$URL`, to be pasted into a shell. */
export function curlCommand(named: NamedOperation, schemas: JsonObject): string {
  const { method, path, operation } = named;
  const body = operation.requestBody && bodyExample(operation.requestBody, schemas);
  const options = [
    method === "get" ? "" : ` -X ${method.toUpperCase()}`,
    ` "$URL${fillPath(path, operation.parameters ?? [])}"`,
    authorization(operation),
    body === undefined ? "" : ` \\\n  -H 'content-type: application/json' -d '${body}'`,
  ];
  return `curl${options.join("")}`;
}

function authorization({ security }: Operation): string {
  // Without a requirement, or with an empty one, a request may come without a key.
  const [first = {}] = security;
  if (Object.keys(first).length === 0) return "";
  const key = security.some((scheme) => "apiKey" in scheme) ? "API_KEY" : "ACCESS_TOKEN";
  return ` \\\n  -H "authorization: Bearer $${key}"`;
}

function fillPath(path: string, parameters: readonly Parameter[]): string {
  return parameters
    .filter((parameter) => parameter.in === "path")
    .reduce(
      (filled, { name, schema }) => filled.replace(`{${name}}`, String(exampleOf(schema, {}))),
      path,
    );
}

function bodyExample(body: JsonObject, schemas: JsonObject): string {
  const { content } = body as { content: Record<string, { schema: JsonObject }> };
  const [media] = Object.values(content);
  return JSON.stringify(media ? exampleOf(media.schema, schemas) : {});
}
