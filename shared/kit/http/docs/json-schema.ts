import { z } from "zod";

export type JsonObject = Record<string, unknown>;

/**
 * A schema as JSON Schema. Those with an id are collected in `schemas` and referred to; the
 * wrapping object makes the outermost one such a reference as well.
 */
export function toJsonSchema(
  schema: z.ZodType,
  io: "input" | "output",
  schemas: JsonObject,
): JsonObject {
  const wrapped = z.toJSONSchema(z.object({ value: schema }), {
    io,
    unrepresentable: "any",
    override({ zodSchema: { _zod }, jsonSchema }) {
      // A default stands behind the conversion of a text, where the library leaves it out.
      if (_zod.def.type === "default") jsonSchema.default ??= _zod.def.defaultValue as number;
    },
  });
  const text = JSON.stringify(wrapped).replaceAll("#/$defs/", "#/components/schemas/");
  const { properties, $defs } = JSON.parse(text) as {
    properties: { value: JsonObject };
    $defs?: Record<string, JsonObject>;
  };
  for (const [name, { id, ...definition }] of Object.entries($defs ?? {})) {
    schemas[name] = definition;
  }
  return properties.value;
}
