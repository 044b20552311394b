import { escapeHtml } from "../../../shared/http/html.ts";
import { renderBadge } from "./badge.ts";

export interface SnippetOptions {
  page: string;
  count: number;
  /** Scheme, host and port of the badge's address. */
  origin: string;
}

/** The badge, and the lines that put it into a README or a web page. */
export function renderSnippets({ page, count, origin }: SnippetOptions): string {
  const address = `${origin}/counter/${page}/badge.svg`;
  const markdown = `![views](${address})`;
  const html = `<img src="${address}" alt="views">`;
  return `<section id="badge" aria-labelledby="badge-heading">
<div class="heading"><h2 id="badge-heading">Badge</h2>${renderBadge({ label: "views", count })}</div>
<p class="hint">Showing it counts a view. For a counter of your own, put another name in place of
<code>${escapeHtml(page)}</code>.</p>
${renderSnippet({ id: "markdown", name: "Markdown", line: markdown })}
${renderSnippet({ id: "html", name: "HTML", line: html })}
</section>`;
}

/** A line to copy: by the button, which the script shows, or by hand. */
function renderSnippet({ id, name, line }: { id: string; name: string; line: string }): string {
  return `<div class="snippet">
<label for="${id}">${name}</label>
<input id="${id}" value="${escapeHtml(line)}" readonly autocomplete="off" spellcheck="false">
<button type="button" value="${id}" hidden>Copy<span class="unseen"> ${name}</span></button>
</div>`;
}
