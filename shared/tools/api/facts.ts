import type { ApiDocument, Operation } from "../../kit/http/docs/openapi.ts";

/** One thing that clients rely on. */
export interface Fact {
  /** What a value is, or what an operation is called or takes or answers. */
  is: string;
  required?: boolean;
  /** Least number, or length of a text. */
  min?: number;
  max?: number;
  /** The values that it may have, where they are named. */
  values?: readonly unknown[];
}

/** By where it stands: `PUT /counter/{page} body`, `request NewCount.count`, `answer Tally.count`. */
export type Facts = Record<string, Fact>;

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  pattern?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  maxLength?: number;
}

type Content = Record<string, { schema: Schema; "x-item-schema"?: Schema }>;

/** All that clients of an API rely on: a renamed schema is a renamed type of a generated client. */
export function factsOf(document: ApiDocument): Facts {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      factsOfOperation(`${method.toUpperCase()} ${path}`, operation),
    ),
  );
  const schemas = document.components.schemas as Record<string, Schema>;
  const requests = schemasBelow(Object.values(document.paths).flatMap(bodiesOf), schemas);
  const fields = Object.entries(schemas).flatMap(([name, schema]) =>
    factsOfSchema(`${requests.has(name) ? "request" : "answer"} ${name}`, schema, schemas),
  );
  return Object.fromEntries([...operations, ...fields]);
}

function factsOfOperation(place: string, operation: Operation): [string, Fact][] {
  const { operationId, parameters = [], requestBody, responses } = operation;
  const body = requestBody as { required: boolean; content: Content } | undefined;
  const answers = Object.entries(responses).filter(([status]) => /^[23]/.test(status));
  return [
    [place, { is: operationId }],
    ...parameters.map(({ name, in: where, required, schema }): [string, Fact] => [
      `${place} request ${where} ${name}`,
      { required, ...factOf(schema) },
    ]),
    ...(body
      ? [
          [`${place} request body`, { required: body.required, is: contentOf(body.content) }] as [
            string,
            Fact,
          ],
        ]
      : []),
    ...answers.map(([status, answer]): [string, Fact] => [
      `${place} ${status}`,
      { is: contentOf((answer as { content?: Content }).content ?? {}) },
    ]),
  ];
}

function contentOf(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema, "x-item-schema": item }]) => `${type}: ${typeOf(item ?? schema)}`)
    .join(", ");
}

/** Of a kind of problem only what sets it apart from the others. */
function factsOfSchema(
  place: string,
  schema: Schema,
  schemas: Record<string, Schema>,
): [string, Fact][] {
  const { properties, required = [] } = schema;
  const common = place.endsWith("Problem") && place !== "answer Problem";
  if (properties === undefined) return common ? [] : [[place, factOf(schema)]];
  const shared = common ? Object.keys(schemas["Problem"]?.properties ?? {}) : [];
  return Object.entries(properties)
    .filter(([name]) => name === "type" || !shared.includes(name))
    .map(([name, field]) => [
      `${place}.${name}`,
      { required: required.includes(name), ...factOf(field) },
    ]);
}

function factOf(schema: Schema): Fact {
  const min = schema.minimum ?? schema.exclusiveMinimum ?? schema.minLength;
  const max = schema.maximum ?? schema.exclusiveMaximum ?? schema.maxLength;
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  return {
    is: typeOf(schema),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(values && { values }),
  };
}

function typeOf({ $ref, anyOf, oneOf, items, type, format, pattern }: Schema): string {
  if ($ref !== undefined) return nameOf($ref);
  const choices = anyOf ?? oneOf;
  if (choices) return choices.map(typeOf).join(" or ");
  if (items) return `list of ${typeOf(items)}`;
  return [type, format, pattern].filter((part) => part !== undefined).join(" ");
}

const nameOf = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);

const bodiesOf = (methods: Record<string, Operation>) =>
  Object.values(methods).map(({ requestBody }) => requestBody);

/** Names of the schemas that these refer to, directly or through others. */
function schemasBelow(roots: unknown, schemas: Record<string, Schema>): Set<string> {
  const found = new Set<string>();
  const look = (value: unknown) => {
    for (const [, name = ""] of JSON.stringify(value ?? {}).matchAll(
      /"#\/components\/schemas\/(\w+)"/g,
    )) {
      if (found.has(name)) continue;
      found.add(name);
      look(schemas[name]);
    }
  };
  look(roots);
  return found;
}
