/** A resource as far as the rules look at it. */
export interface Resource {
  urn: string;
  type: string;
  name: string;
  props: Record<string, unknown>;
}

interface Named {
  name: string;
  /** What it demands, in one sentence. */
  description: string;
}

/** Judges each resource of some types by itself; returns what is wrong with it. */
export interface ResourceRule extends Named {
  types: readonly string[];
  check(resource: Resource): string[];
}

/** Judges all resources together; returns what is wrong with which. */
export interface StackRule extends Named {
  checkAll(resources: readonly Resource[]): { urn: string; message: string }[];
}

export type Rule = ResourceRule | StackRule;

/** The second part of a URN: `urn:pulumi:<stack>::…`. */
export function stackOf({ urn }: Resource): string | undefined {
  return urn.split(":")[2];
}

/** Says nothing, or the one thing that is wrong. */
export function unless(right: boolean, message: string): string[] {
  return right ? [] : [message];
}

export interface Violation {
  rule: string;
  urn: string;
  message: string;
}

/** All that the rules have against the resources. */
export function violations(rules: readonly Rule[], resources: readonly Resource[]): Violation[] {
  return rules.flatMap((rule) =>
    found(rule, resources).map((violation) => ({ rule: rule.name, ...violation })),
  );
}

function found(rule: Rule, resources: readonly Resource[]): { urn: string; message: string }[] {
  if ("checkAll" in rule) return rule.checkAll(resources);
  return resources
    .filter(({ type }) => rule.types.includes(type))
    .flatMap((each) => rule.check(each).map((message) => ({ urn: each.urn, message })));
}
