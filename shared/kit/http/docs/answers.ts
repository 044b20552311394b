import { type ProblemKind, problems } from "../problem.ts";
import { type Reply, type Route, successorOf } from "../route.ts";
import { withExample } from "./example.ts";
import {
  commonHeaders,
  describeCaching,
  describeHeaders,
  headerComponents,
  sharedHeaders,
} from "./headers.ts";
import { type JsonObject, toJsonSchema } from "./json-schema.ts";
import {
  AnyProblem,
  describeExamples,
  nameOf,
  problemsOf,
  problemsSchema,
} from "./problem-schemas.ts";

/** An answer, or where it is described. */
export type Response = { $ref: string } | DescribedResponse;

export interface DescribedResponse {
  description: string;
  headers?: JsonObject;
  content?: JsonObject;
}

/** One of the operations that a route has, one for each of its paths. */
export interface DescribedPath {
  route: Route;
  path: string;
  service: string;
}

/** What the operations of a document refer to. */
export interface Components {
  schemas: JsonObject;
  responses: Record<string, DescribedResponse>;
  headers: JsonObject;
  securitySchemes?: JsonObject;
}

/** Where a response that several operations share is described. */
export const RESPONSES = "#/components/responses/";

/** Components that no operation of the service has to itself. */
export function createComponents(service: string, routes: readonly Route[]): Components {
  const schemas: JsonObject = {};
  const kinds = [problems.methodNotAllowed, problems.tooManyRequests];
  const Failure = {
    description:
      "Any other failure: 405 for a method that the path does not have, whose `Allow` names those " +
      "that it has; 429 for too many requests of an address, where the deployment limits them.",
    headers: {
      ...commonHeaders({ isDeprecated: false }),
      ...describeCaching("no-store"),
      ...describeHeaders(problems.methodNotAllowed.headers),
      ...describeHeaders(problems.tooManyRequests.headers),
    },
    content: {
      "application/problem+json": {
        schema: toJsonSchema(AnyProblem, "output", schemas),
        ...describeExamples(kinds, service),
      },
    },
  };
  const hasDeprecated = routes.some((route) =>
    route.paths.some((path) => successorOf(route, path) !== undefined),
  );
  return { schemas, responses: { Failure }, headers: headerComponents(hasDeprecated) };
}

/** Every answer of a route: its own, its problems, and what any route may answer. */
export function describeAnswers(
  described: DescribedPath,
  components: Components,
): Record<string, Response> {
  const { route, service } = described;
  const replies = Object.entries(route.replies).map(([status, reply]) => [
    status,
    describeReply(reply, described, components.schemas),
  ]);
  const byStatus = Map.groupBy(problemsOf(route), (kind) => String(kind.status));
  const failures = [...byStatus].map(([status, kinds]) => [
    status,
    describeProblems(kinds, components, service),
  ]);
  return {
    ...Object.fromEntries(failures),
    ...Object.fromEntries(replies),
    default: { $ref: `${RESPONSES}Failure` },
  } as Record<string, Response>;
}

function describeReply(
  reply: Reply,
  { route, path }: DescribedPath,
  schemas: JsonObject,
): DescribedResponse {
  const { description, headers } = reply;
  const isDeprecated = successorOf(route, path) !== undefined;
  return {
    description,
    headers: {
      ...commonHeaders({ isDeprecated }),
      ...describeCaching(route.caching),
      ...describeHeaders(headers),
    },
    ...describeContent(reply, schemas),
  };
}

function describeContent(reply: Reply, schemas: JsonObject): { content?: JsonObject } {
  const { schema, type, item, page, example } = reply;
  const own = example === undefined ? {} : { example };
  const text = { schema: { type: "string" }, ...own };
  const content = {
    ...(schema && {
      "application/json": {
        ...withExample(toJsonSchema(schema, "output", schemas), schemas),
        ...own,
      },
    }),
    ...(type !== undefined && { [type]: text }),
    ...(page === true && { "text/html": { schema: { type: "string" } } }),
    // OpenAPI 3.1 has no word for the schema of one event; 3.2 will: `itemSchema`.
    ...(item && {
      "text/event-stream": { ...text, "x-item-schema": toJsonSchema(item, "output", schemas) },
    }),
  };
  return Object.keys(content).length === 0 ? {} : { content };
}

/** Operations that fail alike refer to the same description, named by its kinds. */
function describeProblems(
  kinds: readonly ProblemKind[],
  components: Components,
  service: string,
): Response {
  const name = nameOf(kinds);
  const headers = Object.assign({}, ...kinds.map((kind) => kind.headers)) as Reply["headers"];
  components.responses[name] ??= {
    description: kinds.map((kind) => `${kind.title}: ${kind.description}`).join(" "),
    headers: {
      ...sharedHeaders(Object.keys(components.headers)),
      ...describeCaching("no-store"),
      ...describeHeaders(headers),
    },
    content: {
      "application/problem+json": {
        schema: toJsonSchema(problemsSchema(kinds, service), "output", components.schemas),
        ...describeExamples(kinds, service),
      },
    },
  };
  return { $ref: `${RESPONSES}${name}` };
}
