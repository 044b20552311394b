import type { z } from "zod";
import { type InputFault, invalidInput } from "../problem.ts";

const SHOWN_CHARACTERS = 64;

/**
 * Checks one part of a request.
 *
 * @param where the part, as a caller knows it: `path`, `query`, `body`
 * @returns the value as the schema converts it
 * @throws Problem 400 naming every fault: what was expected and what came
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown, where: string) {
  const result = schema.safeParse(value, { reportInput: true });
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
      path: [...issue.path, key].join("."),
      message: "unknown field; leave it out",
    }));
  }
  return [{ path: path === "" ? where : path, message: `${issue.message}${received(issue)}` }];
}

/** The value that came, where the message does not say it already. */
function received({ message, input }: z.core.$ZodIssue): string {
  if (input === undefined || typeof input === "object" || message.includes("received")) return "";
  return `, received ${JSON.stringify(input).slice(0, SHOWN_CHARACTERS)}`;
}
