import { escapeHtml } from "../../../shared/kit/http/html.ts";
import type { PageTotal } from "../estimates.ts";

export interface TopPagesView {
  /** The page that shows them. */
  page: string;
  top: readonly PageTotal[];
}

/** The pages with most views, each with a link; nothing where there is only one page. */
export function renderTopPages({ page, top }: TopPagesView): string {
  if (top.length < 2) return "";
  const entries = top.map((each) => {
    const name = escapeHtml(each.page);
    const current = each.page === page ? ` aria-current="page"` : "";
    return `<li><a href="/counter/${name}"${current}>${name}</a> <span>${each.count.toLocaleString("en-US")}</span></li>`;
  });
  return `<section id="top" class="card" aria-labelledby="top-heading">
<h2 id="top-heading">Most viewed pages</h2>
<ol>
${entries.join("\n")}
</ol>
<p class="hint">Updated every few seconds; the page of a counter shows its number live.</p>
</section>`;
}

export const topPagesStyle = `
#top ol { margin: 0.75rem 0 0; padding: 0; list-style: none; }
#top li {
  display: flex;
  gap: 1rem;
  justify-content: space-between;
  padding: 0.375rem 0;
  border-bottom: 1px solid var(--line);
}
#top a { min-width: 0; overflow-wrap: anywhere; }
#top a[aria-current] { font-weight: 600; }
#top .hint { margin-top: 0.5rem; }`;
