import { escapeHtml } from "../../../shared/kit/http/html.ts";

export interface Numbers {
  page: string;
  count: number;
  /** Views of the last minute. */
  lastMinute: number;
  /** Views of the last ten minutes. */
  total: number;
  instance: string;
}

/** The count, as large as it can be, and what belongs to it. */
export function renderNumbers({ page, count, lastMinute, total, instance }: Numbers): string {
  const format = (views: number) => views.toLocaleString("en-US");
  const text = format(count);
  return `<section aria-labelledby="count-heading">
<h1 id="count-heading">Views of <b>${escapeHtml(page)}</b></h1>
<p class="count"><span id="count" style="--characters:${text.length}">${text}</span></p>
<dl>
<div><dt class="minute">Last minute</dt><dd id="last-minute">${format(lastMinute)}</dd></div>
<div><dt class="older">Last 10 minutes</dt><dd id="total">${format(total)}</dd></div>
<div><dt>Answered by</dt><dd id="instance">${escapeHtml(instance)}</dd></div>
</dl>
</section>`;
}

export const numbersStyle = `
h1 {
  margin-top: 1.25rem;
  font-size: 1rem;
  font-weight: 400;
  color: var(--muted);
}
h1 b {
  font-weight: 600;
  color: var(--ink);
  overflow-wrap: anywhere;
}
.count {
  container-type: inline-size;
}
/* As large as the column allows: a character is about 0.62 em wide. */
#count {
  display: block;
  font-size: min(7.5rem, calc(100cqi / var(--characters) / 0.62));
  font-weight: 600;
  line-height: 1.15;
  letter-spacing: -0.035em;
  margin-left: -0.04em;
}
dl {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem 2.5rem;
  margin: 0.75rem 0 2rem;
}
dt {
  font-size: 0.8125rem;
  color: var(--muted);
}
/* The keys to the colours of the chart. */
dt[class]::before {
  content: "";
  display: inline-block;
  width: 0.5rem;
  height: 0.5rem;
  margin-right: 0.4375rem;
  border-radius: 1px;
  background: var(--bar);
}
dt.minute::before {
  background: var(--accent);
}
dd {
  font-size: 1.25rem;
  font-weight: 600;
  line-height: 1.6;
}
#instance {
  padding-top: 0.25rem;
  font-size: 0.9375rem;
  font-weight: 400;
  line-height: 1.5;
  overflow-wrap: anywhere;
}
`;
