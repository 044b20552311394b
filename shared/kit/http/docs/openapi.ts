import type { z } from "zod";
import type { ServiceName } from "../../../contract.ts";
import { FORM_TYPE } from "../request/form-body.ts";
import { type Route, successorOf } from "../route.ts";
import {
  type Components,
  createComponents,
  describeAnswers,
  type DescribedPath,
  type Response,
} from "./answers.ts";
import { withExample } from "./example.ts";
import { type JsonObject, toJsonSchema } from "./json-schema.ts";

/** An OpenAPI 3.1 document. */
export interface ApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Components;
}

export interface Operation {
  operationId: string;
  tags?: string[];
  deprecated?: true;
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: JsonObject;
  responses: Record<string, Response>;
  security: JsonObject[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonObject;
}

/** What a service says of itself, beside its routes. */
export interface ServiceDescription {
  service: ServiceName;
  title: string;
  description: string;
  /** Of the API: the major number rises with a change that breaks clients, the minor with others. */
  version: string;
  /** Names of groups of operations → what they are about. */
  tags?: Readonly<Record<string, string>>;
}

const BEARER = { type: "http", scheme: "bearer" };
const servers = [{ url: "/", description: "The system that serves this description." }];

/** Describes a service by the very routes that serve it. */
export function describeApi(about: ServiceDescription, routes: readonly Route[]): ApiDocument {
  const { service, title, version, description } = about;
  const components = createComponents(service, routes);
  const paths: ApiDocument["paths"] = {};
  for (const route of routes) {
    for (const path of route.paths) {
      const operation = describeOperation({ route, path, service }, components);
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
    }
  }
  const schemes = {
    ...(routes.some((route) => route.apiKey) && { apiKey: BEARER }),
    ...(routes.some((route) => route.userToken) && { userToken: BEARER }),
  };
  const securitySchemes = Object.keys(schemes).length > 0 && { securitySchemes: schemes };
  const tags = { ...about.tags, operation: "How the service is." };
  const used = new Set(routes.map(({ tag }) => tag));
  return {
    openapi: "3.1.0",
    info: { title, version, description },
    servers,
    tags: Object.entries(tags)
      .filter(([name]) => used.has(name))
      .map(([name, meaning]) => ({ name, description: meaning })),
    paths,
    components: { ...components, ...securitySchemes },
  };
}

/** An empty requirement says that there is a way without. */
const userTokenSecurity = {
  always: [{ userToken: [] }],
  "where asked for": [{}, { userToken: [] }],
};

/** The `type` of each kind of problem that an API describes. */
export function problemTypesOf({ components }: ApiDocument): string[] {
  const schemas = Object.values(components.schemas) as { properties?: { type?: JsonObject } }[];
  const types = schemas.map(({ properties }) => properties?.type?.["const"]);
  return types.filter((type) => typeof type === "string");
}

function describeOperation(described: DescribedPath, components: Components): Operation {
  const { route, path } = described;
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
    operationId: operationIdOf(route, path),
    ...(route.tag === undefined ? {} : { tags: [route.tag] }),
    ...(successorOf(route, path) === undefined ? {} : { deprecated: true }),
    summary: route.summary,
    ...describeUse(route, path),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: describeBody(route, route.body, schemas) }),
    responses: describeAnswers(described, components),
    security: [
      ...(route.apiKey === true ? [{ apiKey: [] }] : []),
      ...(route.userToken === undefined ? [] : userTokenSecurity[route.userToken]),
    ],
  };
}

/** The operation's own name belongs to its first path: `createProduct`, `createProductAtData`. */
function operationIdOf({ operationId, paths }: Route, path: string): string {
  if (path === paths[0]) return operationId;
  const words = path.match(/(?<!\{)\b\w+/g) ?? [];
  const place = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${operationId}At${place.join("")}`;
}

function describeUse(route: Route, path: string): { description?: string } {
  const successor = successorOf(route, path);
  const texts = [
    ...(successor === undefined ? [] : [`Deprecated: use \`${successor}\`.`]),
    ...(route.description === undefined ? [] : [route.description]),
  ];
  return texts.length === 0 ? {} : { description: texts.join(" ") };
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
  const content = withExample(toJsonSchema(body, "input", schemas), schemas);
  return {
    required: !body.safeParse(undefined).success,
    content: {
      "application/json": content,
      ...(route.acceptsForm === true && { [FORM_TYPE]: content }),
    },
  };
}
