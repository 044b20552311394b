import { escapeHtml } from "../../../../shared/kit/http/html.ts";
import { badgeStyles, DEFAULT_COLOUR, renderBadge } from "./badge.ts";
import { snippetsOf } from "./snippets.ts";

export interface BadgeMakerOptions {
  page: string;
  count: number;
  /** Scheme, host and port of the badge's address. */
  origin: string;
}

const defaults = { label: "views", color: DEFAULT_COLOUR, style: "flat" } as const;

/**
 * The badge, and the lines that put it into a README or a web page. The script shows the form, by
 * which it can be made to look otherwise, and the buttons that copy.
 */
export function renderBadgeMaker({ page, count, origin }: BadgeMakerOptions): string {
  const { badge, counting } = snippetsOf({ ...defaults, page, origin, counts: true });
  return `<section id="badge" class="card" aria-labelledby="badge-heading">
<div class="heading">
<h2 id="badge-heading">Put it on your page</h2>
<div id="preview">${renderBadge({ ...defaults, count })}</div>
</div>
<p class="hint">For a counter of your own, put another name in place of
<code>${escapeHtml(page)}</code>. Its first view makes it.</p>
<form id="maker" hidden>
<label>Label <input id="label" value="${defaults.label}" maxlength="64" autocomplete="off"></label>
<label>Colour <input id="color" type="color" value="${defaults.color}"></label>
<label>Style <select id="style">
${badgeStyles.map((style) => `<option>${style}</option>`).join("")}
</select></label>
<label class="check"><input id="counts" type="checkbox" checked> Each look at it counts</label>
</form>
<h3>A badge</h3>
${renderSnippet("markdown", "Markdown", badge.markdown)}
${renderSnippet("html", "HTML", badge.html)}
<h3>Without a badge</h3>
${renderSnippet("script", "Script", counting.script)}
${renderSnippet("pixel", "Pixel", counting.pixel)}
<p class="hint">The script counts each view of the page that it is in, and writes the number into the
element before it, if you keep that. The pixel counts where no script runs.</p>
</section>`;
}

/** A line to copy: by the button, which the script shows, or by hand. */
function renderSnippet(id: string, name: string, line: string): string {
  return `<div class="snippet">
<label for="${id}">${name}</label>
<input id="${id}" value="${escapeHtml(line)}" readonly autocomplete="off" spellcheck="false">
<button type="button" value="${id}" hidden>Copy<span class="unseen"> ${name}</span></button>
</div>`;
}

export const badgeMakerStyle = `
.heading { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; }
#preview svg { display: block; }
#badge h3 { margin: 1.25rem 0 0.5rem; font-size: 0.875rem; }
#badge .hint { margin-top: 0.5rem; text-wrap: pretty; }
#maker {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
  align-items: end;
  gap: 0.75rem 1rem;
  margin-top: 1.25rem;
}
#maker label { display: grid; gap: 0.25rem; font-size: 0.875rem; color: var(--muted); }
#maker :is(input, select) { color: var(--ink); }
#maker input[type="color"] { width: 100%; padding: 0.25rem; cursor: pointer; }
#maker .check { grid-auto-flow: column; justify-content: start; align-items: center; min-height: 2.75rem; }
.check input { min-height: 0; width: 1.125rem; height: 1.125rem; }
.snippet {
  display: grid;
  grid-template-columns: 5.5rem 1fr auto;
  align-items: center;
  margin-top: 0.5rem;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--paper);
  font-size: 0.8125rem;
}
.snippet:has(input:focus) { outline: 2px solid var(--accent); }
.snippet label { padding-left: 0.875rem; color: var(--muted); }
.snippet input {
  min-height: 2.5rem;
  padding: 0;
  border: 0;
  outline: 0;
  background: none;
  font-family: var(--mono);
  font-size: inherit;
  text-overflow: ellipsis;
}
.snippet button {
  min-width: 5rem;
  padding: 0.5rem 0.875rem;
  border: 0;
  background: none;
  color: var(--accent);
  font-size: inherit;
  text-align: right;
}
@media (max-width: 30rem) {
  .snippet { grid-template-columns: 1fr auto; }
  .snippet input { grid-area: 2 / 1 / 3 / 3; margin-top: -0.5rem; padding: 0 0.875rem; }
}
`;
