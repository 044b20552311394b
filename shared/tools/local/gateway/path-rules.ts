import { services, type ServiceContract, type ServiceName } from "../../../contract.ts";

interface PathRule {
  service: ServiceName;
  patterns: readonly RegExp[];
}

const rules: readonly PathRule[] = Object.entries<ServiceContract>(services)
  .flatMap(([service, contract]) => contract.rules.map((rule) => ({ service, ...rule })))
  .toSorted((one, other) => one.priority - other.priority)
  .map(({ service, paths }) => ({
    service: service as ServiceName,
    patterns: paths.map(compilePattern),
  }));

/**
 * The service that a load balancer's listener rules give this path to: the first match by
 * priority; undefined when no rule matches. Paths are compared as they stand, undecoded; an ALB
 * normalizes them first, in a way that AWS does not document, and may match a few more spellings.
 *
 * @param path of the request, without its query
 */
export function matchService(path: string): ServiceName | undefined {
  return rules.find(({ patterns }) => patterns.some((pattern) => pattern.test(path)))?.service;
}

/**
 * A path pattern of an ALB: `*` is any run of characters, none and slashes included, `?` is exactly
 * one; all else is literal and its case counts.
 */
export function compilePattern(pattern: string): RegExp {
  const source = RegExp.escape(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  return new RegExp(`^${source}$`, "s");
}
