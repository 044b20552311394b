import type { z } from "zod";
import { FORM_TYPE } from "../request/form-body.ts";
import type { Route } from "../route.ts";
import { type Components, createComponents, describeAnswers, type Response } from "./answers.ts";
import { type JsonObject, toJsonSchema } from "./json-schema.ts";

/** An OpenAPI 3.1 document. */
export interface ApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: Components;
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: JsonObject;
  responses: Record<string, Response>;
  security?: JsonObject[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonObject;
}

const BEARER = { type: "http", scheme: "bearer" };

/** Describes a service by the very routes that serve it. */
export function describeApi(info: ApiDocument["info"], routes: readonly Route[]): ApiDocument {
  const components = createComponents();
  const paths: ApiDocument["paths"] = {};
  for (const route of routes) {
    for (const [index, path] of route.paths.entries()) {
      const operation = describeOperation(route, components);
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
    components: { ...components, ...securitySchemes },
  };
}

/** An empty requirement says that there is a way without. */
const userTokenSecurity = {
  always: [{ userToken: [] }],
  "where asked for": [{}, { userToken: [] }],
};

function describeOperation(route: Route, components: Components): Operation {
  const { schemas } = components;
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
    responses: describeAnswers(route, components),
    ...(route.apiKey === true ? { security: [{ apiKey: [] }] } : {}),
    ...(route.userToken && { security: userTokenSecurity[route.userToken] }),
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
