import { stylesheet } from "../../../shared/kit/http/page/stylesheet.ts";
import { badgeMakerStyle } from "./badge/badge-maker.ts";
import { chartStyle } from "./chart/chart-svg.ts";
import { topPagesStyle } from "./top-pages.ts";

/** What the counter's page has beside the look of all pages. */
export const pageStyle = `${stylesheet}
body { max-width: 64rem; }
main { display: grid; gap: clamp(1.25rem, 3vw, 2rem); }
#state { display: flex; align-items: center; gap: 0.5rem; color: var(--muted); }
#state::before {
  content: "";
  width: 0.5rem;
  height: 0.5rem;
  border-radius: 50%;
  border: 1.5px solid currentcolor;
}
#state[data-state="live"]::before {
  color: var(--live);
  background: currentcolor;
  animation: breathe 2.4s ease-in-out infinite;
}
#state[data-state="lost"] { color: var(--accent); }
@keyframes breathe { 50% { opacity: 0.35; } }

h1 { margin-top: 0.75rem; font-size: 1rem; font-weight: 400; letter-spacing: 0; color: var(--muted); }
h1 b { font-weight: 600; color: var(--ink); overflow-wrap: anywhere; }
h2 { font-size: 1rem; letter-spacing: 0; }
.count { container-type: inline-size; }
/* As large as the column allows: a character is about 0.62 em wide. */
#count {
  display: block;
  margin-left: -0.04em;
  font-size: min(8rem, calc(100cqi / var(--characters) / 0.62));
  font-weight: 600;
  line-height: 1.15;
  letter-spacing: -0.035em;
}
dl {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr));
  gap: 0.75rem 1rem;
  margin-top: 0.5rem;
}
dt { font-size: 0.8125rem; color: var(--muted); }
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
dt.recent::before { background: var(--accent); }
dd { font-size: 1.375rem; font-weight: 600; line-height: 1.4; }
.charts { display: grid; gap: inherit; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
footer { margin-top: 1rem; }
footer p { color: var(--muted); }
#instance { font-family: var(--mono); font-size: 0.8125rem; overflow-wrap: anywhere; }
${chartStyle}
${topPagesStyle}
${badgeMakerStyle}
`;
