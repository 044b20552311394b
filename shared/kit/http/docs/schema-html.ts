import { escapeHtml, inlineHtml } from "../html.ts";
import { type JsonObject, SCHEMAS } from "./json-schema.ts";

/** The parts of JSON Schema that our descriptions use. */
interface Schema {
  $ref?: string;
  type?: string;
  description?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
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

/** Something that has a name and a type: a field, or a parameter. */
export interface Named {
  name: string;
  schema: JsonObject;
  /** What stands beside the type, such as `optional`. */
  notes: readonly string[];
  description?: string | undefined;
}

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

/** What an object has; nothing for any other schema. */
export function fieldsHtml(value: JsonObject): string {
  const { properties = {}, required = [] } = value as Schema;
  return namedHtml(
    Object.entries(properties).map(([name, schema]) => ({
      ...{ name, schema, notes: required.includes(name) ? [] : ["optional"] },
      description: (schema as Schema).description,
    })),
  );
}

/** A list of what has names and types, with what each means. */
export function namedHtml(all: readonly Named[]): string {
  const items = all.map(({ name, schema, notes, description = "" }) => {
    const { default: otherwise } = schema as Schema;
    const facts = [
      ...notes,
      typeHtml(schema),
      ...(otherwise === undefined ? [] : [`by default ${codeOf(otherwise)}`]),
    ].join(" · ");
    return termHtml(`<code>${escapeHtml(name)}</code> <small>${facts}</small>`, description);
  });
  return termsHtml(items);
}

/** One entry of a list of terms; `term` is HTML, `meaning` a text. */
export function termHtml(term: string, meaning: string): string {
  return `<div><dt>${term}</dt><dd>${inlineHtml(meaning)}</dd></div>`;
}

export function termsHtml(items: readonly string[]): string {
  return items.length === 0 ? "" : `<dl>${items.join("\n")}</dl>`;
}
