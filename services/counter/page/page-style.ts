/** Style of the counter's page: one column, one accent, system fonts, light and dark. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #faf9f7;
  --card: #ffffff;
  --ink: #1c1917;
  --muted: #6b645c;
  --line: #e4dfd8;
  --bar: #978f85;
  --accent: #c2410c;
  --live: #15803d;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-variant-numeric: tabular-nums;
  color: var(--ink);
  background: var(--paper);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161412;
    --card: #1f1c19;
    --ink: #f3efe9;
    --muted: #a8a097;
    --line: #332f2b;
    --bar: #7b736a;
    --accent: #fb8b4f;
    --live: #4ade80;
  }
}
* { box-sizing: border-box; margin: 0; }
body { max-width: 48rem; margin: 0 auto; padding: 0 1.5rem; }
code, input, .instance { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
a { color: inherit; text-underline-offset: 0.2em; text-decoration-color: var(--muted); }
a:hover { text-decoration-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

header { display: flex; justify-content: space-between; gap: 1rem; padding: 1.5rem 0; font-size: 0.875rem; }
.name { display: flex; align-items: center; gap: 0.5rem; font-weight: 600; }
.symbol { fill: var(--accent); }
#state { display: flex; align-items: center; gap: 0.5rem; color: var(--muted); }
#state::before { content: ""; width: 0.5rem; height: 0.5rem; border-radius: 50%; border: 1.5px solid currentcolor; }
#state[data-state="live"]::before { color: var(--live); background: currentcolor; animation: breathe 2.4s ease-in-out infinite; }
#state[data-state="lost"] { color: var(--accent); }
@keyframes breathe { 50% { opacity: 0.35; } }
@media (prefers-reduced-motion: reduce) { #state::before { animation: none !important; } }

h1 { margin-top: 1.25rem; font-size: 1rem; font-weight: 400; color: var(--muted); }
h1 b { font-weight: 600; color: var(--ink); overflow-wrap: anywhere; }
.count { container-type: inline-size; }
/* As large as the column allows: a character is about 0.62 em wide. */
#count {
  display: block;
  font-size: min(7.5rem, calc(100cqi / var(--characters) / 0.62));
  font-weight: 600;
  line-height: 1.15;
  letter-spacing: -0.035em;
  margin-left: -0.04em;
}
dl { display: flex; flex-wrap: wrap; gap: 0.5rem 2.5rem; margin: 0.75rem 0 2rem; }
dt { font-size: 0.8125rem; color: var(--muted); }
dt[class]::before { content: ""; display: inline-block; width: 0.5rem; height: 0.5rem; margin-right: 0.4375rem; border-radius: 1px; background: var(--bar); }
dt.minute::before { background: var(--accent); }
dd { font-size: 1.25rem; font-weight: 600; line-height: 1.6; }
dd.instance { padding-top: 0.25rem; font-size: 0.9375rem; font-weight: 400; line-height: 1.5; overflow-wrap: anywhere; }

#chart { display: block; width: 100%; height: 8.5rem; border: solid var(--line); border-width: 1px 0; }
.slot { fill: transparent; }
g:hover .slot { fill: var(--line); }
.bar { fill: var(--bar); }
g:nth-last-child(-n + 6) .bar { fill: var(--accent); }
.scale, .axis { font-size: 0.75rem; color: var(--muted); }
.scale { padding-bottom: 0.25rem; }
.axis { display: grid; grid-template-columns: 1fr auto 1fr; padding-top: 0.375rem; }
.axis :last-child { text-align: right; }

#badge { margin-top: 2rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.heading { display: flex; align-items: center; gap: 0.75rem; }
.heading svg { display: block; }
h2 { font-size: 1rem; font-weight: 600; }
.hint { margin: 0.375rem 0 0.875rem; font-size: 0.875rem; color: var(--muted); }
.snippet { display: grid; grid-template-columns: 5.5rem 1fr auto; align-items: center; margin-top: 0.5rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--card); font-size: 0.8125rem; }
.snippet:has(input:focus) { outline: 2px solid var(--accent); }
.snippet label { padding: 0.625rem 0 0.625rem 0.875rem; color: var(--muted); }
.snippet input { min-width: 0; padding: 0; border: 0; outline: 0; background: none; color: inherit; font-size: inherit; text-overflow: ellipsis; }
.snippet button { min-width: 4.75rem; text-align: right; padding: 0.625rem 0.875rem; border: 0; background: none; color: var(--accent); font: inherit; font-weight: 600; cursor: pointer; }

footer { display: flex; gap: 1.5rem; padding: 2rem 0; font-size: 0.875rem; }
@media (max-width: 30rem) {
  body { padding: 0 0.9375rem; }
  header { padding: 1rem 0; }
  .snippet { grid-template-columns: 1fr auto; }
  .snippet input { grid-area: 2 / 1 / 3 / 3; padding: 0 0.875rem 0.75rem; }
}
`;
