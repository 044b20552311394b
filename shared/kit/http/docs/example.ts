import { type JsonObject, SCHEMAS } from "./json-schema.ts";

/** The parts of JSON Schema that an example is made of. */
interface Schema {
  $ref?: string;
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  anyOf?: JsonObject[];
  oneOf?: JsonObject[];
  items?: JsonObject;
  properties?: Record<string, JsonObject>;
  required?: string[];
}

/**
 * The schema's own example, or one that is made of those of its parts.
 *
 * @returns undefined where a part that is required has none: nothing is invented
 */
export function exampleOf(value: JsonObject, schemas: JsonObject): unknown {
  const schema = value as Schema;
  const { $ref, items, properties } = schema;
  const own = schema.examples?.[0] ?? schema.const ?? schema.default;
  if (own !== undefined) return own;
  if ($ref !== undefined) {
    return exampleOf(schemas[$ref.replace(SCHEMAS, "")] as JsonObject, schemas);
  }
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first !== undefined) return exampleOf(first, schemas);
  if (items !== undefined) {
    const item = exampleOf(items, schemas);
    return item === undefined ? undefined : [item];
  }
  return properties === undefined ? undefined : exampleObject(schema, schemas);
}

function exampleObject({ properties = {}, required = [] }: Schema, schemas: JsonObject): unknown {
  const fields = Object.entries(properties).map(([name, field]) => [
    name,
    exampleOf(field, schemas),
  ]);
  const example = Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as object;
  return required.every((name) => name in example) ? example : undefined;
}

/** The example as a member of what OpenAPI calls a media type. */
export function withExample(schema: JsonObject, schemas: JsonObject): JsonObject {
  const example = exampleOf(schema, schemas);
  return { schema, ...(example !== undefined && { example }) };
}
