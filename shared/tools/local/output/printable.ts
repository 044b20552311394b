/** Control characters but the tab, and those that turn the direction of a text. */
const unprintable =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A line as a terminal may show it: what a caller sent cannot move the cursor or hide text. */
export function printable(line: string): string {
  return line.replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
