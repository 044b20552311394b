import type { z } from "zod";
import { type InputFault, invalidInput } from "../problem.ts";
import { isSecret, quote } from "./quote.ts";

const SHOWN_KEY_CHARACTERS = 64;

/**
 * Checks one part of a request.
 *
 * @param where the part, as a caller knows it: `path`, `query`, `body`
 * @returns the value as the schema converts it
 * @throws Problem 400 naming every fault: what was expected and what came
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown, where: string) {
  const result = schema.safeParse(value, { reportInput: true, error: expectation });
  if (result.success) return result.data;
  throw invalidInput(
    where,
    result.error.issues.flatMap((issue) => toFaults(issue, where)),
  );
}

function toFaults(issue: z.core.$ZodIssue, where: string): InputFault[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...issue.path, key.slice(0, SHOWN_KEY_CHARACTERS)].join("."),
      message: "unknown field; leave it out",
    }));
  }
  return [{ path: path === "" ? where : path, message: `${issue.message}${received(issue)}` }];
}

/** What came, where the message does not say it already. */
function received({ message, input, path }: z.core.$ZodIssue): string {
  if (message.includes("received") || isSecret(path)) return "";
  // A whole body that is a text may be anything, a secret too.
  const isWholeText = path.length === 0 && typeof input === "string";
  if (isWholeText) return ", received a text";
  return `, received ${typeof input === "object" ? nameOf(input) : quote(input)}`;
}

function nameOf(input: object | null): string {
  if (input === null) return "null";
  return Array.isArray(input) ? "a list" : "an object";
}

const types: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a JSON object",
  array: "a list",
};

/** What a schema without words of its own expects, in ours instead of the library's. */
function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${types[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected ${issue.values.map(quote).join(" or ")}`;
    case "too_small":
      return `expected at least ${sizeOf(issue.minimum, issue.origin)}`;
    case "too_big":
      return `expected at most ${sizeOf(issue.maximum, issue.origin)}`;
    case "invalid_union":
      return `expected ${alternatives(issue.errors.flat()).join(" or ")}`;
    case "invalid_format":
      return issue.format === "regex"
        ? `expected a text that matches ${issue.pattern ?? "a pattern"}`
        : `expected a text in the format ${issue.format}`;
    default:
      return "expected another value";
  }
}

function alternatives(issues: readonly z.core.$ZodIssue[]): string[] {
  const expected = issues.map(({ message }) => message.replace(/^expected /, ""));
  return [...new Set(expected)];
}

function sizeOf(bound: number | bigint, origin: string): string {
  if (origin === "string") return `${bound} characters`;
  return origin === "array" ? `${bound} entries` : String(bound);
}
