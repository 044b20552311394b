import { escapeHtml, inlineHtml } from "../html.ts";
import { type JsonObject, SCHEMAS } from "./json-schema.ts";

/** The parts of JSON Schema that our descriptions use. */
interface Schema {
  $ref?: string;
  type?: string;
  description?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  anyOf?: JsonObject[];
  oneOf?: JsonObject[];
  items?: JsonObject;
  properties?: Record<string, JsonObject>;
  required?: string[];
}

type Schemas = JsonObject;

/** What a value may be, in a few words; a schema of a name is a link to it. */
export function typeHtml(value: JsonObject): string {
  const schema = value as Schema;
  if (schema.$ref !== undefined) {
    const name = escapeHtml(schema.$ref.replace(SCHEMAS, ""));
    return `<a href="#${name}">${name}</a>`;
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeHtml).join(" or ");
  if (schema.items) return `list of ${typeHtml(schema.items)}`;
  if (schema.const !== undefined) return codeOf(schema.const);
  if (schema.enum) return schema.enum.map(codeOf).join(" or ");
  return escapeHtml([kindOf(schema), ...limitsOf(schema)].join(", "));
}

/** The format says more than the type, but of a number only how many bits it needs. */
function kindOf({ type, format }: Schema): string {
  return (type === "integer" || type === "number" ? type : format) ?? type ?? "anything";
}

function limitsOf({ minimum, maximum, minLength, maxLength }: Schema): string[] {
  // A whole number without a bound has that of a double.
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  return [rangeOf(minimum, most), rangeOf(minLength, maxLength, " characters")].filter(
    (text) => text !== "",
  );
}

function rangeOf(least: number | undefined, most: number | undefined, unit = ""): string {
  if (least === undefined && most === undefined) return "";
  if (least === undefined) return `at most ${most ?? ""}${unit}`;
  return most === undefined ? `at least ${least}${unit}` : `${least} to ${most}${unit}`;
}

const codeOf = (value: unknown) => `<code>${escapeHtml(JSON.stringify(value))}</code>`;

/** A table of an object's fields; nothing for any other schema. */
export function fieldsHtml(value: JsonObject): string {
  const { properties, required = [] } = value as Schema;
  if (properties === undefined) return "";
  const rows = Object.entries(properties).map(([name, field]) => {
    const { description = "" } = field as Schema;
    const optional = required.includes(name) ? "" : " <small>optional</small>";
    return (
      `<tr><th scope="row"><code>${escapeHtml(name)}</code>${optional}` +
      `<td>${typeHtml(field)}<td>${inlineHtml(description)}`
    );
  });
  return `<table>${rows.join("")}</table>`;
}

/** A value that the schema allows, for an example: its own where it has one. */
export function exampleOf(value: JsonObject, schemas: Schemas): unknown {
  const schema = value as Schema;
  const given = schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
  if (given !== undefined) return given;
  if (schema.$ref !== undefined) {
    return exampleOf(schemas[schema.$ref.replace(SCHEMAS, "")] as JsonObject, schemas);
  }
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return exampleOf(first, schemas);
  if (schema.properties) return exampleObject(schema, schemas);
  return exampleScalar(schema);
}

function exampleObject({ properties = {}, required = [] }: Schema, schemas: Schemas): unknown {
  const shown = Object.entries(properties).filter(([name]) => required.includes(name));
  return Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(field, schemas)]));
}

function exampleScalar({ type, pattern, minimum }: Schema): unknown {
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return Math.max(minimum ?? 1, 1);
  // Of the texts that a pattern may ask for, ours are names or digits.
  return pattern === undefined || new RegExp(pattern).test("example") ? "example" : "1";
}
