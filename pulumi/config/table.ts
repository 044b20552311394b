import { z } from "zod";
import { scalingPolicy } from "./sections/scaling.ts";
import { sections } from "./sections/sections.ts";

/** A JSON Schema as far as the tables look at it. */
interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  const?: string;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

interface Row {
  key: string;
  type: string;
  fallback: string;
  meaning: string;
}

/** Every key of the stack configuration, as a Markdown table. The services share their keys. */
export function configTable(): string {
  const rows = Object.entries(sections).flatMap(([name, section]) =>
    toRows(name, toSchema(section), isOptional(section)),
  );
  const shared = rows.map((row) => ({ ...row, key: sharedKey(row.key) }));
  const once = shared.filter(({ key }, i) => shared.findIndex((row) => row.key === key) === i);
  return toTable(["key", "type", "default", "meaning"], once.map(cells));
}

/** Every kind of scaling policy with its fields, as a Markdown table. */
export function scalingTable(): string {
  const { oneOf = [] } = toSchema(scalingPolicy);
  const rows = oneOf.flatMap((policy) => {
    const kind = policy.properties?.["kind"];
    const fields = toRows("", policy, false).filter(({ key }) => key !== "kind");
    return fields.map((row) => [
      `\`${String(kind?.const)}\``,
      kind?.description ?? "",
      ...cells(row),
    ]);
  });
  return toTable(["kind", "what it does", "field", "type", "default", "meaning"], rows);
}

function toSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: "input" }) as Schema;
}

function isOptional(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

function toRows(key: string, schema: Schema, optional: boolean): Row[] {
  const { properties, description = "" } = schema;
  if (properties === undefined)
    return [
      { key, type: typeOf(schema), fallback: fallbackOf(schema, optional), meaning: description },
    ];
  const own =
    description === "" ? [] : [{ key, type: "object", fallback: "none", meaning: description }];
  const nested = Object.entries(properties).flatMap(([name, each]) => {
    const missing = schema.required?.includes(name) !== true;
    return toRows(key === "" ? name : `${key}.${name}`, each, missing);
  });
  return [...own, ...nested];
}

function typeOf({ type, enum: values, anyOf, items }: Schema): string {
  const choices = values ?? anyOf?.map((each) => each.const);
  if (choices !== undefined) return choices.map((each) => `\`${String(each)}\``).join(", ");
  if (type === "array") return items?.type === undefined ? "list" : `list of ${items.type}`;
  return type ?? "any";
}

function fallbackOf({ default: value }: Schema, optional: boolean): string {
  if (value !== undefined) return `\`${JSON.stringify(value).replace(/^"|"$/g, "")}\``;
  return optional ? "none" : "required";
}

/** The services have the same keys, and so have their images. */
function sharedKey(key: string): string {
  return key
    .replace(/^services\.[^.]+/, "services.<name>")
    .replace(/^images\.[^.]+/, "images.<name>");
}

function cells({ key, type, fallback, meaning }: Row): string[] {
  return [`\`${key}\``, type, fallback, meaning];
}

function toTable(head: string[], rows: string[][]): string {
  const line = (columns: string[]) => `| ${columns.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
