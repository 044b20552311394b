import fc from "fast-check";
import type { JsonObject } from "../../../kit/http/docs/json-schema.ts";
import type { ApiDocument, Operation, Parameter } from "../../../kit/http/docs/openapi.ts";

/** A request as it is sent: its parts need not be what the description demands. */
export interface ApiRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

const CALLERS = ["203.0.113.1", "203.0.113.2", "2001:db8::1"];
/** Texts that fit nowhere, or nearly. */
const ODD_TEXTS = [
  "",
  " ",
  ".",
  "..",
  "0",
  "-1",
  "1e400",
  "null",
  "\u0000",
  "😀",
  "%",
  "x".repeat(5_000),
];
/** Numbers at the edge of what doubles, DynamoDB or a schema hold, as JSON. */
const ODD_NUMBERS = [
  ...["-0", "-1", "0.1", "1e21", "1e126", "1e-400", "1e400", "1e-131", "9007199254740991"],
  ...["9007199254740993", "29.97002997002997", "0.30000000000000004", "99999999.991"],
];
const ODD_BODIES = [
  ...[
    "",
    "null",
    "[]",
    '"text"',
    "{",
    "{}{}",
    "\u0000",
    '{"__proto__":{"x":1}}',
    '{"id":1,"id":2}',
  ],
  ...["[".repeat(8_000), `${"[".repeat(4_000)}12345678901234567890${"]".repeat(4_000)}`],
  `{"name":"${"x".repeat(20_000)}"}`,
];
const CONTENT_TYPES = ["application/json", "application/json; charset=latin1", "text/plain", ""];

/** Requests of every operation: right ones, nearly right ones and junk. */
export function arbitraryRequest(api: ApiDocument): fc.Arbitrary<ApiRequest> {
  const requests = Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) =>
      arbitraryCall(api, { method, path }, operation),
    ),
  );
  return fc.oneof(...requests);
}

function arbitraryCall(
  api: ApiDocument,
  { method, path }: { method: string; path: string },
  { parameters = [], requestBody }: Operation,
): fc.Arbitrary<ApiRequest> {
  const schema = bodySchema(requestBody);
  return fc
    .record({
      parameters: fc.tuple(...parameters.map((parameter) => arbitraryText(api, parameter))),
      caller: fc.constantFrom(...CALLERS),
      body:
        schema === undefined ? rarely(fc.constantFrom(...ODD_BODIES)) : arbitraryBody(api, schema),
      type: often(fc.constant("application/json"), fc.constantFrom(...CONTENT_TYPES)),
    })
    .map((given) => {
      const isSent = given.body !== undefined && method !== "get";
      const texts = new Map(
        parameters.map((parameter, index) => [parameter, given.parameters[index]]),
      );
      return {
        method: method.toUpperCase(),
        path: fillPath(path, texts),
        headers: {
          "x-forwarded-for": given.caller,
          ...headersOf(texts),
          ...(isSent && given.type !== "" && { "content-type": given.type }),
        },
        ...(isSent && { body: given.body }),
      };
    });
}

function fillPath(path: string, texts: Map<Parameter, string | undefined>): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const [{ name, in: place }, text = ""] of texts) {
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(text) || "%20");
    if (place === "query" && text !== "") query.set(name, text);
  }
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

/** A header that a client could not even send is left out. */
function headersOf(texts: Map<Parameter, string | undefined>): Record<string, string> {
  const sent = [...texts].flatMap(([{ name, in: place }, text]) =>
    place === "header" && text !== undefined && /^[\x21-\x7e]{1,200}$/.test(text)
      ? [[name, text] as const]
      : [],
  );
  return Object.fromEntries(sent);
}

/** A parameter's text; undefined where it is left out. */
function arbitraryText(
  api: ApiDocument,
  { schema, required }: Parameter,
): fc.Arbitrary<string | undefined> {
  const small = fc.integer({ min: 1, max: 20 }).map(String);
  const tags = fc.constantFrom("*", '"x"', 'W/"x"', '""', "x");
  const right = fc.oneof(arbitraryJson(api, schema).map(unquote), small, tags);
  const text = often<string>(right, fc.constantFrom(...ODD_TEXTS));
  return required ? text : fc.option(text, { nil: undefined });
}

function unquote(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value : json;
}

function bodySchema(requestBody: JsonObject | undefined): JsonObject | undefined {
  const content = requestBody?.content as Record<string, { schema: JsonObject }> | undefined;
  return content?.["application/json"]?.schema;
}

function arbitraryBody(api: ApiDocument, schema: JsonObject): fc.Arbitrary<string | undefined> {
  return often<string | undefined>(
    arbitraryJson(api, schema),
    fc.oneof(fc.constantFrom(...ODD_BODIES), fc.json(), fc.constant(undefined)),
  );
}

/** The JSON of a value that fits the schema, or does not in one of its parts. */
function arbitraryJson(api: ApiDocument, schema: JsonObject): fc.Arbitrary<string> {
  const { $ref, anyOf, oneOf, enum: values, type } = schema;
  if (typeof $ref === "string") {
    const name = $ref.split("/").at(-1) ?? "";
    return arbitraryJson(api, api.components.schemas[name] as JsonObject);
  }
  const choices = (anyOf ?? oneOf) as JsonObject[] | undefined;
  if (choices) return fc.oneof(...choices.map((choice) => arbitraryJson(api, choice)));
  if (Array.isArray(values))
    return fc.constantFrom(...values.map((value) => JSON.stringify(value)));
  switch (type) {
    case "object":
      return arbitraryObject(api, schema);
    case "integer":
    case "number":
      return often(fc.integer({ min: 0, max: 1_000 }).map(String), fc.constantFrom(...ODD_NUMBERS));
    case "boolean":
      return often(fc.boolean().map(String), fc.json());
    default:
      return arbitraryString(schema).map((text) => JSON.stringify(text));
  }
}

function arbitraryString({ pattern, format }: JsonObject): fc.Arbitrary<string> {
  if (format === "date-time") {
    const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
    return often(
      date.map((value) => value.toISOString()),
      fc.string(),
    );
  }
  const odd = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...ODD_TEXTS));
  const right = typeof pattern === "string" ? arbitraryMatch(pattern) : fc.string();
  return often(right, odd);
}

/** A text of the pattern, or any text where the pattern is beyond fast-check, such as a look-ahead. */
function arbitraryMatch(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern, "u"));
  } catch {
    return fc.string();
  }
}

function arbitraryObject(
  api: ApiDocument,
  { properties = {}, required = [] }: JsonObject,
): fc.Arbitrary<string> {
  const fields = Object.entries(properties as Record<string, JsonObject>).map(([name, field]) => {
    const value = often(arbitraryJson(api, field), fc.json({ maxDepth: 2 }));
    const member = value.map((json) => `${JSON.stringify(name)}:${json}`);
    const isRequired = (required as string[]).includes(name);
    return isRequired ? often<string>(member, fc.constant("")) : fc.oneof(member, fc.constant(""));
  });
  const unknown = rarely(fc.constant('"unknown":1')).map((member) => member ?? "");
  return fc
    .tuple(...fields, unknown)
    .map((members) => `{${members.filter((member) => member !== "").join(",")}}`);
}

function often<T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: other });
}

function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc
    .option(arbitrary, { freq: 1, nil: undefined })
    .chain((value) =>
      fc.integer({ min: 0, max: 5 }).map((draw) => (draw === 0 ? value : undefined)),
    );
}
