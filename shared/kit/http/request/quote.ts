const SHOWN_CHARACTERS = 64;
/** What moves a cursor, hides or reorders text on a terminal: DEL, C1, line ends, directions. */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A value of a request, for an error text: at most 64 characters of it as JSON, without any
 * character that a terminal acts on.
 */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  const shown = typeof value === "string" ? value.slice(0, SHOWN_CHARACTERS) : value;
  return escapeUnseen(JSON.stringify(shown)).slice(0, 2 * SHOWN_CHARACTERS);
}

/** The same JSON text, with the characters that a terminal acts on written as escapes. */
export function escapeUnseen(json: string): string {
  return json.replaceAll(
    UNSEEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Fields whose value no answer repeats: it may end in somebody's log. */
const SECRET_FIELDS: ReadonlySet<PropertyKey> = new Set(["password"]);

/** Whether a field is secret, or lies within one. */
export function isSecret(path: readonly PropertyKey[]): boolean {
  return path.some((name) => SECRET_FIELDS.has(name));
}
