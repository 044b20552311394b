import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

export type JsonObject = Record<string, unknown>;

/** Where a named schema is described. */
export const SCHEMAS = "#/components/schemas/";

const LARGEST_INT32 = 2 ** 31 - 1;

/**
 * A schema as JSON Schema. Those with an id are collected in `schemas` and referred to; the
 * wrapping object makes the outermost one such a reference as well.
 *
 * Requests are closed: an unknown field is refused. Answers are open: a later version may add one.
 *
 * @throws Error when two schemas have one name, such as that of a request and that of an answer
 */
export function toJsonSchema(
  schema: z.ZodType,
  io: "input" | "output",
  schemas: JsonObject,
): JsonObject {
  const wrapped = z.toJSONSchema(z.object({ value: schema }), {
    io,
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      // The library leaves out the examples and the default of what is converted.
      const { examples } = z.globalRegistry.get(zodSchema) ?? {};
      if (examples !== undefined) jsonSchema.examples ??= examples as unknown[];
      if (def.type === "default") jsonSchema.default ??= def.defaultValue as number;
      if (io === "output") delete jsonSchema.additionalProperties;
      if ("discriminator" in def) jsonSchema["discriminator"] = discriminatorOf(def);
      stateFormat(jsonSchema);
    },
  });
  const text = JSON.stringify(wrapped).replaceAll("#/$defs/", SCHEMAS);
  const { properties, $defs } = JSON.parse(text) as {
    properties: { value: JsonObject };
    $defs?: Record<string, JsonObject>;
  };
  for (const [name, { id, ...definition }] of Object.entries($defs ?? {})) {
    if (!isDeepStrictEqual(schemas[name] ?? definition, definition)) {
      throw new Error(
        `Two schemas have the id ${name}: give the request's and the answer's a name`,
      );
    }
    schemas[name] = definition;
  }
  return properties.value;
}

/** Generators take the type of a number from its format: without one some keep 32 bits. */
function stateFormat(schema: z.core.JSONSchema.BaseSchema): void {
  if (Number.isInteger(schema.const)) schema.type = "integer";
  if (schema.type === "number") schema.format = "double";
  if (schema.type === "integer") {
    const { minimum = schema.const ?? -Infinity, maximum = schema.const ?? Infinity } = schema;
    const isSmall = Number(minimum) >= -LARGEST_INT32 && Number(maximum) <= LARGEST_INT32;
    schema.format = isSmall ? "int32" : "int64";
  }
  // The format says it; the library's pattern is longer than all the rest of the schema.
  if (schema.format === "date-time") delete schema.pattern;
}

interface NamedOption extends z.ZodObject {
  shape: Record<string, z.ZodLiteral>;
}

/** Which value of the discriminating property means which of the named schemas. */
function discriminatorOf(def: object): JsonObject {
  const { discriminator, options } = def as { discriminator: string; options: NamedOption[] };
  const entries = options.map((option) => [
    option.shape[discriminator]?.value,
    `${SCHEMAS}${z.globalRegistry.get(option)?.id ?? ""}`,
  ]);
  return { propertyName: discriminator, mapping: Object.fromEntries(entries) as JsonObject };
}
