import type { JsonObject } from "./json-schema.ts";

/** Names of headers → what they tell. */
export type HeaderTexts = Readonly<Record<string, string>>;

/** What any answer may have, by the names of the components that describe it. */
const ofAnswers = {
  RequestId: {
    name: "x-request-id",
    tells: "Finds the request in the log: the caller's own, where it sent one.",
  },
  RateLimitPolicy: {
    name: "ratelimit-policy",
    tells:
      'Where the deployment limits requests: how many of a kind in how many seconds, as `"reads";q=600;w=60`.',
  },
  RateLimit: {
    name: "ratelimit",
    tells: "Where the deployment limits requests: how many are left, and in how many seconds all.",
  },
};

const ofDeprecatedPaths = {
  Deprecation: {
    name: "deprecation",
    tells: "Of a deprecated path: since when it is, by RFC 9745.",
  },
  Link: {
    name: "link",
    tells: 'Of a deprecated path, with `rel="successor-version"`: the path to use instead.',
  },
};

const shared = { ...ofAnswers, ...ofDeprecatedPaths };

/** @param hasDeprecated whether any path of the service is deprecated */
export function headerComponents(hasDeprecated: boolean): JsonObject {
  const used = hasDeprecated ? shared : ofAnswers;
  return Object.fromEntries(
    Object.entries(used).map(([component, { tells }]) => [component, describeHeader(tells)]),
  );
}

/** References to the headers that answers share. */
export function sharedHeaders(components: readonly string[]): JsonObject {
  return Object.fromEntries(
    components.map((component) => [
      shared[component as keyof typeof shared].name,
      { $ref: `#/components/headers/${component}` },
    ]),
  );
}

/** What the answers of an operation may have, by whether its path is deprecated. */
export function commonHeaders({ isDeprecated }: { isDeprecated: boolean }): JsonObject {
  return sharedHeaders(Object.keys(isDeprecated ? shared : ofAnswers));
}

export function describeHeaders(headers: HeaderTexts = {}): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, tells]) => [name, describeHeader(tells)]),
  );
}

export function describeCaching(caching: string | undefined): JsonObject {
  return caching === undefined
    ? {}
    : { "cache-control": { schema: { type: "string", const: caching } } };
}

function describeHeader(description: string): JsonObject {
  return { description, schema: { type: "string" } };
}
