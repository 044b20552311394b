import { escapeHtml } from "../html.ts";

/** A line of text, in which what stands between backticks is code. */
export function inlineHtml(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}
