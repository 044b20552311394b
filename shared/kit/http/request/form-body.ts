import type { IncomingMessage } from "node:http";
import { invalidInput } from "../problem.ts";
import { readText } from "./body-text.ts";

export const FORM_TYPE = "application/x-www-form-urlencoded";
const FORM = /^application\/x-www-form-urlencoded\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;

/** Whether the body is a form, as browsers and older clients send it. */
export function isForm({ headers }: IncomingMessage): boolean {
  return FORM.test(headers["content-type"] ?? "");
}

/**
 * Reads a form of at most 16 KiB.
 *
 * @returns its fields, all of them texts
 * @throws Problem 400 when a field comes twice, or the bytes are not UTF-8; 413 when it is too large;
 *   415 when it is encoded
 */
export async function readFormBody(request: IncomingMessage): Promise<Record<string, string>> {
  const fields = new URLSearchParams(await readText(request));
  const twice = [...new Set(fields.keys())].filter((name) => fields.getAll(name).length > 1);
  if (twice.length > 0) {
    const message = "expected the field once, received it several times";
    throw invalidInput(
      "body",
      twice.map((path) => ({ path, message })),
    );
  }
  return Object.fromEntries(fields);
}
