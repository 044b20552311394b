import type { z } from "zod";

/** One thing wrong with the configuration: where, what would be right, what came, what to do. */
export interface Fault {
  key: string;
  expected: string;
  got: string;
  remedy: string;
}

interface CustomFault {
  /** Relative to the value under check. */
  path?: PropertyKey[];
  expected: string;
  remedy: string;
}

/** Reports from inside a schema what the schema language cannot say. */
export function fault(context: z.RefinementCtx, { path = [], ...params }: CustomFault): void {
  context.addIssue({ code: "custom", path, message: params.expected, params });
}

/**
 * The faults behind the issues that zod found in `raw`, whose top-level keys lie in `namespace`. A key
 * has one: what follows from a value of the wrong type says nothing.
 */
export function toFaults(issues: z.core.$ZodIssue[], raw: unknown, namespace: string): Fault[] {
  const found = issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") return unknownKeys(issue, namespace);
    const key = keyOf(namespace, issue.path);
    return {
      key,
      expected: expectedBy(issue),
      got: show(at(raw, issue.path)),
      remedy: remedyFor(issue, key),
    };
  });
  return found.filter(({ key }, i) => found.findIndex((fault) => fault.key === key) === i);
}

/** The faults as one text for the person who ran the command. */
export function describeFaults(faults: Fault[]): string {
  const many = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  const lines = faults.map(
    ({ key, expected, got, remedy }) =>
      `  ${key}: expected ${expected}, got ${got}\n    remedy: ${remedy}`,
  );
  return [`The stack configuration has ${many}:`, ...lines].join("\n");
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, namespace: string): Fault[] {
  return issue.keys.map((name) => {
    const key = keyOf(namespace, [...issue.path, name]);
    // At the top a dot is part of the name: somebody has set a nested key without --path.
    const remove = issue.path.length === 0 ? "config rm" : "config rm --path";
    const remedy = `pulumi ${remove} '${key}' (pulumi/README.md lists the keys; nested ones need --path)`;
    return { key, expected: "a known key", got: `the unknown key "${name}"`, remedy };
  });
}

function keyOf(namespace: string, path: PropertyKey[]): string {
  const [first = "", ...rest] = path.map(String);
  const nested = rest.map(step).join("");
  return `${first.includes(":") ? "" : `${namespace}:`}${first}${nested}`;
}

/** One step of a path, as the CLI reads it. */
function step(part: string): string {
  if (/^\d+$/.test(part)) return `[${part}]`;
  return /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
}

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `a value of type ${issue.expected}`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `${issue.inclusive === true ? "at least" : "more than"} ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `${issue.inclusive === true ? "at most" : "less than"} ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  if (origin === "array") return " entries";
  return origin === "string" ? " characters" : "";
}

function remedyFor(issue: z.core.$ZodIssue, key: string): string {
  if (issue.code === "custom" && typeof issue.params?.remedy === "string")
    return issue.params.remedy;
  const set = `pulumi config set --path '${key}`;
  if (issue.code === "invalid_value") return `${set}' ${String(issue.values[0])}`;
  const expected = issue.code === "invalid_type" ? issue.expected : undefined;
  switch (expected) {
    case "object":
    case "record":
      return `pulumi config rm --path '${key}', then set its keys: ${set}.<key>' <value>`;
    case "array":
      return `pulumi config rm --path '${key}', then set its entries: ${set}[0]' <value>`;
    case "boolean":
      return `${set}' true`;
    case "string":
      // Without a type, what looks like a number becomes one.
      return `${set}' --type string <value>`;
    default:
      return `${set}' <value>`;
  }
}

function at(raw: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined,
    raw,
  );
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
