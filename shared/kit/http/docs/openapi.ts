import { z } from "zod";
import { type ProblemKind, problems } from "../problem.ts";
import { FORM_TYPE } from "../request/form-body.ts";
import type { Reply, Route } from "../route.ts";

/** An OpenAPI 3.1 document. */
export interface ApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: JsonObject; securitySchemes?: JsonObject };
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: JsonObject;
  responses: Record<string, { description: string; headers?: JsonObject; content?: JsonObject }>;
  security?: JsonObject[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonObject;
}

export type JsonObject = Record<string, unknown>;

const BEARER = { type: "http", scheme: "bearer" };

const ProblemSchema: z.ZodObject = z
  .object({
    type: z.string().describe("`urn:problem:` and the kind's stable id."),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("What was expected, what came and what to do."),
    request_id: z.string().describe("Finds this request in the service's log."),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details." });

/** Describes a service by the very routes that serve it. */
export function describeApi(info: ApiDocument["info"], routes: readonly Route[]): ApiDocument {
  const schemas: JsonObject = {};
  const paths: ApiDocument["paths"] = {};
  for (const route of routes) {
    for (const [index, path] of route.paths.entries()) {
      const operation = describeOperation(route, schemas);
      // An operation's id is unique in the document: a second path gets a numbered one.
      if (index > 0) operation.operationId += String(index + 1);
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
    }
  }
  const schemes = {
    ...(routes.some((route) => route.apiKey) && { apiKey: BEARER }),
    ...(routes.some((route) => route.userToken) && { userToken: BEARER }),
  };
  const securitySchemes = Object.keys(schemes).length > 0 && { securitySchemes: schemes };
  return {
    openapi: "3.1.0",
    info,
    paths,
    components: { schemas, ...securitySchemes },
  };
}

function describeOperation(route: Route, schemas: JsonObject): Operation {
  const parameters = [
    ...describeParameters("path", route.params, schemas),
    ...describeParameters("query", route.query, schemas),
    ...Object.entries(route.requestHeaders ?? {}).map(([name, description]) => ({
      name,
      in: "header" as const,
      required: false,
      description,
      schema: { type: "string" },
    })),
  ];
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: describeBody(route, route.body, schemas) }),
    responses: describeResponses(route, schemas),
    ...(route.apiKey === true ? { security: [{ apiKey: [] }] } : {}),
    ...(route.userToken === true ? { security: [{ userToken: [] }] } : {}),
  };
}

function describeParameters(
  place: "path" | "query",
  schema: z.ZodType | undefined,
  schemas: JsonObject,
): Parameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, "input", schemas) as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(typeof description === "string" ? { description } : {}),
    schema: property,
  }));
}

function describeBody(route: Route, body: z.ZodType, schemas: JsonObject): JsonObject {
  const content = { schema: toJsonSchema(body, "input", schemas) };
  return {
    required: !body.safeParse(undefined).success,
    content: {
      "application/json": content,
      ...(route.acceptsForm === true && { [FORM_TYPE]: content }),
    },
  };
}

function describeResponses(route: Route, schemas: JsonObject): Operation["responses"] {
  const replies = Object.entries(route.replies).map(([status, reply]) => [
    status,
    describeReply(reply, schemas),
  ]);
  const byStatus = Map.groupBy(problemsOf(route), (kind) => String(kind.status));
  const failures = [...byStatus].map(([status, kinds]) => [
    status,
    describeProblem(kinds, schemas),
  ]);
  return {
    ...Object.fromEntries(failures),
    ...Object.fromEntries(replies),
  } as Operation["responses"];
}

function problemsOf(route: Route): ProblemKind[] {
  const { params, query, body } = route;
  return [
    ...((params ?? query ?? body) ? [problems.invalid] : []),
    ...(body === undefined ? [] : [problems.tooLarge, problems.unsupportedType]),
    ...(route.apiKey === true ? [problems.unauthorized] : []),
    ...(route.namedOriginsOnly === true ? [problems.foreignOrigin] : []),
    ...(route.problems ?? []),
  ];
}

function describeReply({ description, schema, type, headers }: Reply, schemas: JsonObject) {
  const content =
    schema === undefined
      ? type && { [type]: { schema: { type: "string" } } }
      : { "application/json": { schema: toJsonSchema(schema, "output", schemas) } };
  return {
    description,
    ...(headers === undefined ? {} : { headers: describeHeaders(headers) }),
    ...(content ? { content } : {}),
  };
}

function describeHeaders(headers: Record<string, string>): JsonObject {
  const entries = Object.entries(headers);
  return Object.fromEntries(
    entries.map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
}

function describeProblem(kinds: readonly ProblemKind[], schemas: JsonObject) {
  const members = kinds.flatMap((kind) => kind.members ?? []);
  const schema = members.reduce((all, more) => all.extend(more.shape), ProblemSchema);
  return {
    description: kinds.map((kind) => `${kind.title}: ${kind.description}`).join(" "),
    content: { "application/problem+json": { schema: toJsonSchema(schema, "output", schemas) } },
  };
}

/**
 * A schema as JSON Schema. Those with an id are collected in `schemas` and referred to; the
 * wrapping object makes the outermost one such a reference as well.
 */
function toJsonSchema(schema: z.ZodType, io: "input" | "output", schemas: JsonObject): JsonObject {
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
