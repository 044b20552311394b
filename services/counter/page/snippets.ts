import { escapeHtml } from "../../../shared/kit/http/html.ts";
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
<div class="heading">
<h2 id="badge-heading">Badge</h2>
${renderBadge({ label: "views", count })}
</div>
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

export const snippetsStyle = `
#badge {
  margin-top: 2rem;
  padding-top: 1.5rem;
  border-top: 1px solid var(--line);
}
.heading {
  display: flex;
  align-items: center;
  gap: 0.75rem;
}
.heading svg {
  display: block;
}
h2 {
  font-size: 1rem;
  font-weight: 600;
}
.hint {
  margin: 0.375rem 0 0.875rem;
  font-size: 0.875rem;
  color: var(--muted);
}
.snippet {
  display: grid;
  grid-template-columns: 5.5rem 1fr auto;
  align-items: center;
  margin-top: 0.5rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--card);
  font-size: 0.8125rem;
}
.snippet:has(input:focus) {
  outline: 2px solid var(--accent);
}
.snippet label {
  padding: 0.625rem 0 0.625rem 0.875rem;
  color: var(--muted);
}
.snippet input {
  min-width: 0;
  padding: 0;
  border: 0;
  outline: 0;
  background: none;
  color: inherit;
  font-size: inherit;
  text-overflow: ellipsis;
}
.snippet button {
  min-width: 4.75rem;
  text-align: right;
  padding: 0.625rem 0.875rem;
  border: 0;
  background: none;
  color: var(--accent);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}

@media (max-width: 30rem) {
  .snippet {
    grid-template-columns: 1fr auto;
  }
  .snippet input {
    grid-area: 2 / 1 / 3 / 3;
    padding: 0 0.875rem 0.75rem;
  }
}
`;
