import { expect } from "chai";
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

/** What is wrong, the sections, the key that the message must name, and a word of its remedy. */
export type BadConfig = [string, Record<string, unknown>, string, RegExp];

/** A counter with these scaling policies. */
export function scaling(...policies: unknown[]) {
  return counter({ scaling: policies });
}

export function counter(options: object) {
  return { services: { counter: options } };
}

export const schedule = { kind: "schedule", cron: "0 8 ? * MON-FRI *", min: 1, max: 2 };
export const domain = { name: "api.example.com", zone: "example.com" };
export const prometheus = { host: "prometheus.example.com", allow: ["203.0.113.0/24"] };
export const topic = (place: string, name: string) => `arn:aws:sns:${place}:123456789012:${name}`;
export const certificate = (place: string) => `arn:aws:acm:${place}:123456789012:certificate/c`;
export const allowing = (...allow: string[]) => ({ prometheus: { ...prometheus, allow } });
export const digestOf = (repository: string) => `${repository}@sha256:${"0".repeat(64)}`;

/** One test for each: it is refused by this key alone, with a remedy. */
export function itRefuses(rows: readonly BadConfig[]): void {
  for (const [what, sections, key, remedy] of rows)
    it(`refuses ${what}, naming ${key}`, () => {
      const faults = faultsOf(() => parse(sections));
      expect(faults.map((fault) => fault.key)).to.deep.equal([`page-services:${key}`]);
      expect(faults[0]?.expected).to.not.equal("");
      expect(faults[0]?.remedy).to.match(remedy);
    });
}
