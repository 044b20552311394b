import { randomUUID } from "node:crypto";
import { problemPage } from "../../../kit/http/docs/problem-page.ts";
import { Problem, problems, type ProblemKind, problemType } from "../../../kit/http/problem.ts";
import { escapeUnseen } from "../../../kit/http/request/quote.ts";
import { IdleTimeout, type Exchange } from "./forward.ts";

/** Where the gateway's own kinds are explained: below the path of its own pages. */
const PLACE = "local";

const kinds = {
  notFound: problems.notFound,
  badConnection: {
    status: 400,
    id: "bad-connection-header",
    title: "Bad connection header",
    description: "The header `connection` names one that every request needs.",
  },
  badGateway: {
    status: 502,
    id: "bad-gateway",
    title: "Bad gateway",
    description: "The instance broke the connection before it answered.",
  },
  noInstance: {
    status: 503,
    id: "no-instance",
    title: "No instance",
    description: "No instance of the service takes connections.",
  },
  gatewayTimeout: {
    status: 504,
    id: "gateway-timeout",
    title: "Gateway timeout",
    description: "The instance did not answer in time.",
  },
} as const satisfies Record<string, ProblemKind>;

/** What each kind means, by the path that is its `type`. A deployed load balancer has no pages. */
export const problemPages: Readonly<Record<string, () => Promise<string>>> = Object.fromEntries(
  Object.values(kinds).map((kind) => [
    problemType(PLACE, kind),
    () => Promise.resolve(problemPage(PLACE, kind)),
  ]),
);

export function noService(path: string): Problem {
  return new Problem(kinds.notFound, { detail: `No service answers at ${path}.` });
}

export function badConnection(name: string): Problem {
  return new Problem(kinds.badConnection, {
    detail: `The header connection must not name ${name}.`,
  });
}

export function noInstance(service: string): Problem {
  return new Problem(kinds.noInstance, {
    detail: `No instance of ${service} takes connections. Try again in 1 s.`,
    headers: { "retry-after": "1" },
  });
}

/** What a client gets when an instance fails. */
export function failedInstance(service: string, error: unknown): Problem {
  if (error instanceof IdleTimeout) {
    return new Problem(kinds.gatewayTimeout, { detail: `${service} did not answer in time.` });
  }
  return new Problem(kinds.badGateway, {
    detail: `${service} broke the connection before it answered.`,
    cause: error,
  });
}

/** Answers with the problem; breaks the connection off when an answer is already under way. */
export function sendProblem({ request, response }: Exchange, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const requestId = randomUUID();
  response.writeHead(problem.kind.status, {
    ...problem.options.headers,
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
  });
  response.end(escapeUnseen(JSON.stringify(problem.body({ service: PLACE, requestId }))));
  request.resume();
}
