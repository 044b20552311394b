import type { ServiceContract } from "../../shared/contract.ts";
import { type Config, ConfigError, parseConfig } from "./parse.ts";

export const region = { "aws:region": "eu-west-1" };

/** The configuration of a stack with these sections; over plain HTTP unless they say otherwise. */
export function parse(
  own: Record<string, unknown>,
  contracts?: Record<string, ServiceContract>,
): Config {
  const plain = own["domain"] === undefined && { ingress: { plainHttp: true } };
  const values = Object.entries({ ...plain, ...own }).map(([key, value]) => [
    `page-services:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const all = { ...region, ...(Object.fromEntries(values) as Record<string, string>) };
  return parseConfig({ project: "page-services", stack: "test", values: all }, contracts);
}

export function faultsOf(attempt: () => unknown) {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}
