import { Problem, type ProblemKind, retryAfter } from "../../../shared/kit/http/problem.ts";
import type { NoStream } from "./live/live-counts.ts";

/** The counter's own problems, beside those of the kit. */

/** Every route that counts can answer with these. */
export const hitProblems = {
  countExhausted: {
    status: 409,
    id: "count-exhausted",
    title: "Count exhausted",
    description: "The page has reached the highest count; set it lower, or remove it.",
    detail: "The page guide has reached the highest count. Set it lower, or remove it.",
  },
  tooManyNewPages: {
    status: 429,
    id: "too-many-new-pages",
    title: "Too many new pages",
    description: "The caller's address has made as many new pages as it may for now.",
    detail: "There is no page guide yet. You may make it in 12 s.",
    headers: retryAfter,
  },
} as const satisfies Record<string, ProblemKind>;

export const listenerProblems = {
  tooManyOfAddress: {
    status: 429,
    id: "too-many-listeners-of-address",
    title: "Too many listeners of one address",
    description: "The caller's address has as many open event streams as it may.",
    detail: "Try again in 10 s, or read /counter/guide.",
    headers: retryAfter,
  },
  tooMany: {
    status: 503,
    id: "too-many-listeners",
    title: "Too many listeners",
    description: "This instance has as many open event streams as it may; read the count instead.",
    detail: "Try again in 10 s, or read /counter/guide.",
    headers: retryAfter,
  },
} as const satisfies Record<string, ProblemKind>;

export function countExhausted(page: string): Problem {
  return new Problem(hitProblems.countExhausted, {
    detail: `The page ${page} has reached the highest count. Set it lower, or remove it.`,
  });
}

export function tooManyNewPages(page: string, seconds: number): Problem {
  return new Problem(hitProblems.tooManyNewPages, {
    detail: `There is no page ${page} yet. You may make it in ${seconds} s.`,
    headers: { "retry-after": String(seconds) },
  });
}

const LISTEN_AGAIN_SECONDS = "10";

export function noStream(refusal: NoStream, page: string): Problem {
  const { tooMany, tooManyOfAddress } = listenerProblems;
  return new Problem(refusal === "address" ? tooManyOfAddress : tooMany, {
    detail: `Try again in ${LISTEN_AGAIN_SECONDS} s, or read /counter/${page}.`,
    headers: { "retry-after": LISTEN_AGAIN_SECONDS },
  });
}

export const keyReusedKind = {
  status: 422,
  id: "idempotency-key-reused",
  title: "Idempotency key reused",
  description: "The `Idempotency-Key` stands for another request; take a new key for a new one.",
} as const satisfies ProblemKind;

export function keyReused(other: string): Problem {
  return new Problem(keyReusedKind, {
    detail: `Expected a key of its own for this request, received one that ${other}.`,
  });
}
