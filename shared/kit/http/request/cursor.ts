import { createHash } from "node:crypto";
import { z } from "zod";

const CHECK_BYTES = 6;
const MAX_CHARACTERS = 1_024;

/** How a list names the place where its next page begins. */
export interface Cursor {
  /** @param position where the next page begins, as the list's store knows it */
  format(position: string): string;
  /** The query's `cursor`, as the position that was formatted. */
  parameter: z.ZodType<string | undefined, string | undefined>;
}

/**
 * Cursors of one list, opaque to callers, so that what they hold may change.
 *
 * Each carries a check sum over the list's name, so that a text that this list did not write is
 * refused, without a word of what it decodes to. It is no signature: a caller who computes one
 * begins elsewhere in a list that is open to all, so a position must be checked like any input
 * before a store acts on it.
 */
export function createCursor(list: string): Cursor {
  const checkOf = (position: string) =>
    createHash("sha256").update(`${list}\n${position}`).digest().subarray(0, CHECK_BYTES);
  const format = (position: string) =>
    Buffer.concat([checkOf(position), Buffer.from(position)]).toString("base64url");
  const parse = (text: string) => {
    const position = Buffer.from(text, "base64url").subarray(CHECK_BYTES).toString();
    return format(position) === text ? position : undefined;
  };
  const parameter = z
    .unknown()
    .transform((text, context) => {
      const isText = typeof text === "string" && text.length <= MAX_CHARACTERS;
      const position = isText ? parse(text) : undefined;
      if (position !== undefined) return position;
      context.addIssue("expected the `next_cursor` of an earlier page of this list, unchanged");
      return z.NEVER;
    })
    .optional()
    .meta({
      ...{ type: "string", maxLength: MAX_CHARACTERS },
      description: "`next_cursor` of the page before.",
    });
  return { format, parameter: parameter as unknown as Cursor["parameter"] };
}
