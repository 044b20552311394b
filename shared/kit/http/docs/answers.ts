import { z } from "zod";
import { type ProblemKind, problems, problemType } from "../problem.ts";
import { type Reply, type Route, successorOf } from "../route.ts";
import { exampleOf, withExample } from "./example.ts";
import { type JsonObject, toJsonSchema } from "./json-schema.ts";

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

const everyHeader = { "x-request-id": { $ref: "#/components/headers/RequestId" } };

const AnyProblem = z
  .object({
    type: z.string().meta({
      format: "uri-reference",
      description: "Where the kind of the problem is explained.",
    }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe("What was expected, what came and what to do."),
    request_id: z.string().meta({
      description: "Finds this request in the service's log.",
      examples: ["6e0f7a92-3c1e-4bd2-9a55-3e8d1f6c2b40-17"],
    }),
    trace_id: z
      .string()
      .optional()
      .meta({
        description: "Its trace, where it has one: 32 hexadecimal digits.",
        examples: ["5759e988bd862e3fe1be46a994272793"],
      }),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details." });

/** Components that no operation of the service has to itself. */
export function createComponents(service: string): Components {
  const schemas: JsonObject = {};
  const Failure = {
    description:
      "Any other failure: 405 for a method that the path does not have, whose `Allow` names those " +
      "that it has; 429 for too many requests of an address, where the deployment limits them.",
    headers: {
      ...everyHeader,
      ...describeHeaders(problems.methodNotAllowed.headers),
      ...describeHeaders(problems.tooManyRequests.headers),
    },
    content: {
      "application/problem+json": {
        schema: toJsonSchema(AnyProblem, "output", schemas),
        ...describeExamples([problems.methodNotAllowed, problems.tooManyRequests], service),
      },
    },
  };
  const description = "Finds the request in the log: the caller's own, where it sent one.";
  return {
    schemas,
    responses: { Failure },
    headers: { RequestId: { description, schema: { type: "string" } } },
  };
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

/** Every kind of problem that a route may answer with. */
export function problemsOf(route: Route): Set<ProblemKind> {
  const { params, query, body } = route;
  return new Set([
    ...((params ?? query ?? body) ? [problems.invalid] : []),
    ...(body ? [problems.malformed, problems.tooLarge, problems.unsupportedType] : []),
    ...(route.apiKey === true ? [problems.unauthorized] : []),
    ...(route.namedOriginsOnly === true ? [problems.foreignOrigin] : []),
    ...(route.problems ?? []),
    problems.internal,
  ]);
}

const successorHeaders = {
  deprecation: "Since when the path is deprecated, by RFC 9745.",
  link: 'With `rel="successor-version"`: the path to use instead.',
};

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
      ...everyHeader,
      ...describeCaching(route.caching),
      ...describeHeaders({ ...headers, ...(isDeprecated && successorHeaders) }),
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
  const name = kinds.map(({ id }) => toPascalCase(id)).join("Or");
  const headers = Object.assign({}, ...kinds.map((kind) => kind.headers)) as Reply["headers"];
  const [schema = AnyProblem, ...others] = kinds.map((kind) => problemSchema(kind, service));
  const either = () =>
    z.discriminatedUnion("type", [schema, ...others]).meta({ id: `${name}Problem` });
  components.responses[name] ??= {
    description: kinds.map((kind) => `${kind.title}: ${kind.description}`).join(" "),
    headers: { ...everyHeader, ...describeCaching("no-store"), ...describeHeaders(headers) },
    content: {
      "application/problem+json": {
        schema: toJsonSchema(others.length === 0 ? schema : either(), "output", components.schemas),
        ...describeExamples(kinds, service),
      },
    },
  };
  return { $ref: `${RESPONSES}${name}` };
}

/** With literals for what is always the same, so that a client can tell the kinds apart by type. */
function problemSchema(kind: ProblemKind, service: string): z.ZodObject {
  const { id, title, status, description, members, detail = description } = kind;
  return AnyProblem.extend({
    type: z.literal(problemType(service, kind)),
    title: z.literal(title),
    status: z.literal(status),
    detail: AnyProblem.shape.detail.meta({ examples: [detail] }),
    ...members?.shape,
  }).meta({ id: `${toPascalCase(id)}Problem`, description });
}

function describeExamples(kinds: readonly ProblemKind[], service: string): JsonObject {
  const examples = kinds.map((kind) => {
    return [kind.id, { summary: kind.title, value: exampleOfProblem(kind, service) }] as const;
  });
  return { examples: Object.fromEntries(examples) };
}

/** What a caller gets; the members of its own are those of their schema's example. */
export function exampleOfProblem(kind: ProblemKind, service: string): JsonObject {
  const { members, ...common } = kind;
  const parts = [problemSchema(common, service), ...(members ? [members] : [])].map((part) => {
    const schemas: JsonObject = {};
    return exampleOf(toJsonSchema(part, "output", schemas), schemas);
  });
  return Object.assign({}, ...parts) as JsonObject;
}

function describeCaching(caching: Route["caching"]): JsonObject {
  return caching === undefined
    ? {}
    : { "cache-control": { schema: { type: "string", const: caching } } };
}

function describeHeaders(headers: Reply["headers"] = {}): JsonObject {
  const entries = Object.entries(headers);
  return Object.fromEntries(
    entries.map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
}

function toPascalCase(id: string): string {
  return id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
