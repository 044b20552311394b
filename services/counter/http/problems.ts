import { type ProblemKind, retryAfter } from "../../../shared/kit/http/problem.ts";

/** The counter's own problems, beside those of the kit. */

/** Every route that counts can answer with these. */
export const hitProblems = {
  countExhausted: {
    status: 409,
    id: "count-exhausted",
    title: "Count exhausted",
    description: "The page has reached the highest count; set it lower, or remove it.",
  },
  tooManyNewPages: {
    status: 429,
    id: "too-many-new-pages",
    title: "Too many new pages",
    description: "The caller's address has made as many new pages as it may for now.",
    headers: retryAfter,
  },
} as const satisfies Record<string, ProblemKind>;

export const listenerProblems = {
  tooManyOfAddress: {
    status: 429,
    id: "too-many-listeners-of-address",
    title: "Too many listeners of one address",
    description: "The caller's address has as many open event streams as it may.",
    headers: retryAfter,
  },
  tooMany: {
    status: 503,
    id: "too-many-listeners",
    title: "Too many listeners",
    description: "This instance has as many open event streams as it may; read the count instead.",
    headers: retryAfter,
  },
} as const satisfies Record<string, ProblemKind>;
