import { z } from "zod";
import { type ProblemKind, problems, problemType } from "../problem.ts";
import type { Route } from "../route.ts";
import { exampleOf } from "./example.ts";
import { type JsonObject, toJsonSchema } from "./json-schema.ts";

export const AnyProblem = z
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

/** `IdTakenOrInvalidInput` for two kinds of these names. */
export function nameOf(kinds: readonly ProblemKind[]): string {
  return kinds.map(({ id }) => toPascalCase(id)).join("Or");
}

/** Of one kind, or of any of several that a client tells apart by their type. */
export function problemsSchema(kinds: readonly ProblemKind[], service: string): z.ZodType {
  const [schema = AnyProblem, ...others] = kinds.map((kind) => problemSchema(kind, service));
  if (others.length === 0) return schema;
  const id = `${nameOf(kinds)}Problem`;
  return z.discriminatedUnion("type", [schema, ...others]).meta({ id });
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

export function describeExamples(kinds: readonly ProblemKind[], service: string): JsonObject {
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

function toPascalCase(id: string): string {
  return id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
