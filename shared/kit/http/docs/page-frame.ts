import { escapeHtml } from "../html.ts";
import { docsStyle } from "./style.ts";

/** A page of the documentation: it runs no script and loads nothing. */
export function pageHtml(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${docsStyle}</style>
<main>
${body}
</main>
</html>
`;
}
