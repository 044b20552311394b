import { z } from "zod";

/** One fault of a request's input. `path` names the field, the parameter or the header. */
export interface InputFault {
  path: string;
  message: string;
}

/** A kind of failure that callers can tell apart: status, stable id and title never change. */
export interface ProblemKind {
  status: number;
  /** Last part of the problem's `type`, which is the path of the page that explains it. */
  id: string;
  title: string;
  /** What a caller sees in the API description. */
  description: string;
  /** The `detail` of an answer, as an example. Default: the description. */
  detail?: string;
  /** What the answer holds beside the members that every problem has. */
  members?: z.ZodObject;
  /** Headers of the answer, with what they tell. */
  headers?: Record<string, string>;
}

/** For kinds whose answer says when to come again. */
export const retryAfter = { "retry-after": "Seconds until it is worth trying again." };

/** For kinds whose answer asks for credentials. */
export const authenticate = { "www-authenticate": "How to authenticate: `Bearer`." };

const InputFaults = z.object({
  errors: z.array(
    z
      .object({
        path: z.string().meta({
          description: "The field, the parameter or the header, by its name.",
          examples: ["limit"],
        }),
        message: z.string().meta({
          description: "What was expected and what came.",
          examples: ['expected one whole number from 1 to 100, received "0"'],
        }),
      })
      .meta({ id: "InputFault" }),
  ),
});

/** The kinds that every service can answer with. A service adds its own in its routes. */
export const problems = {
  malformed: {
    status: 400,
    id: "malformed-body",
    title: "Malformed body",
    description: "The body is not the JSON it claims to be.",
    detail: "Expected JSON in UTF-8, received an empty body. Send a JSON object.",
  },
  invalid: {
    status: 400,
    id: "invalid-input",
    title: "Invalid input",
    description: "A parameter, a header or a field of the body is wrong; `errors` names each.",
    detail: '1 fault in the query. limit: expected one whole number from 1 to 100, received "0"',
    members: InputFaults,
  },
  unauthorized: {
    status: 401,
    id: "unauthorized",
    title: "API key required",
    description: "The request lacks a valid `Authorization: Bearer <key>`.",
    detail: "The API key is not one of this deployment's.",
    headers: authenticate,
  },
  foreignOrigin: {
    status: 403,
    id: "foreign-origin",
    title: "Foreign origin",
    description: "A page of another origin sent the request; `CORS_ORIGINS` does not name it.",
  },
  notFound: {
    status: 404,
    id: "not-found",
    title: "Not found",
    description: "There is nothing here.",
    detail: "There is nothing at /nothing.",
  },
  methodNotAllowed: {
    status: 405,
    id: "method-not-allowed",
    title: "Method not allowed",
    description: "The resource does not know this method; `Allow` names those it knows.",
    detail: "/nothing answers GET, HEAD, OPTIONS, not POST.",
    headers: { allow: "Methods that the path has." },
  },
  tooLarge: {
    status: 413,
    id: "body-too-large",
    title: "Body too large",
    description: "The body is larger than 16 KiB.",
    detail: "Expected a body of at most 16384 bytes. Send less.",
  },
  unsupportedType: {
    status: 415,
    id: "unsupported-media-type",
    title: "Unsupported media type",
    description: "The body has none of the types that the route accepts, or is not in UTF-8.",
    detail: "Expected content-type application/json in UTF-8, received none.",
  },
  tooManyRequests: {
    status: 429,
    id: "too-many-requests",
    title: "Too many requests",
    description: "The address has used up its requests of a minute; `RateLimit-Policy` says which.",
    detail: "Expected fewer requests of your address (reads). Try again in 12 s.",
    headers: retryAfter,
  },
  internal: {
    status: 500,
    id: "internal-error",
    title: "Internal error",
    description: "A fault of the service; its log names it by `request_id`.",
    detail: "The service failed. Quote the request id when you report it.",
  },
  storeUnavailable: {
    status: 503,
    id: "store-unavailable",
    title: "Store unavailable",
    description: "A store does not answer; try again after `Retry-After` seconds.",
    detail: "The store dynamodb is not available (timeout). Try again in 1 s.",
    headers: retryAfter,
  },
} as const satisfies Record<string, ProblemKind>;

/** The `type` of a service's problem: a URL relative to the deployment, where a page explains it. */
export function problemType(service: string, { id }: Pick<ProblemKind, "id">): string {
  return `/${service}/problems/${id}`;
}

export interface ProblemOptions {
  /** What is wrong with this one request: what was expected, what came, what to do. */
  detail: string;
  errors?: readonly InputFault[];
  /** Further members of the answer, snake_case. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** Where a problem arose. */
export interface ProblemPlace {
  service: string;
  requestId: string;
  /** Undefined where nobody has given the request a trace. */
  traceId?: string | undefined;
}

/**
 * A failure that the caller sees, as RFC 9457 problem details.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  readonly options: ProblemOptions;

  constructor(kind: ProblemKind, options: ProblemOptions) {
    super(options.detail, { cause: options.cause });
    this.kind = kind;
    this.options = options;
  }

  /** The members of the answer of a service. */
  body({ service, requestId, traceId }: ProblemPlace): Record<string, unknown> {
    const { detail, errors, extra } = this.options;
    return {
      type: problemType(service, this.kind),
      title: this.kind.title,
      status: this.kind.status,
      detail,
      request_id: requestId,
      ...(traceId === undefined ? {} : { trace_id: traceId }),
      ...(errors === undefined ? {} : { errors }),
      ...extra,
    };
  }
}

/** Input that is wrong in the named places. */
export function invalidInput(where: string, errors: readonly InputFault[]): Problem {
  const count = errors.length === 1 ? "1 fault" : `${errors.length} faults`;
  const first = errors[0];
  const detail = first === undefined ? "" : ` ${first.path}: ${first.message}`;
  return new Problem(problems.invalid, { detail: `${count} in the ${where}.${detail}`, errors });
}
