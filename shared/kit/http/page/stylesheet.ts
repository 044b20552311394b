/**
 * The colours of all pages by name, in a light and in a dark scheme.
 *
 * `paper`, `card` and `soft` are grounds. What is written on them has a contrast of at least 4.5:1
 * with each, a test says; `line` and `bar` only draw.
 */
export const palette = {
  paper: ["#faf9f7", "#161412"],
  card: ["#ffffff", "#1f1c19"],
  soft: ["#f3f0eb", "#272320"],
  ink: ["#1c1917", "#f3efe9"],
  muted: ["#655e57", "#aba39a"],
  accent: ["#b93d0b", "#fb8b4f"],
  live: ["#14713a", "#4ade80"],
  warn: ["#8a5300", "#f0b457"],
  stop: ["#b3261e", "#ff8f85"],
  line: ["#e4dfd8", "#38332e"],
  bar: ["#978f85", "#7b736a"],
} as const;

const colours = Object.entries(palette).map(
  ([name, [light, dark]]) => `--${name}: light-dark(${light}, ${dark});`,
);

/**
 * The look of all pages, from 320 px on, light or dark as the reader has it: one column, one accent,
 * the reader's own fonts. A page adds what only it has.
 *
 * `header` and `footer` are bars of links. Buttons are quiet; `.main` is the one that a form is for.
 * `.unseen` is for those who listen.
 */
export const stylesheet = `
:root {
  color-scheme: light dark;
  ${colours.join("\n  ")}
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  --radius: 0.5rem;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-variant-numeric: tabular-nums;
  text-size-adjust: none;
  accent-color: var(--accent);
  color: var(--ink);
  background: var(--paper);
}
*, ::before, ::after { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
body {
  max-width: 48rem;
  margin: 0 auto;
  padding: 0 clamp(0.9375rem, 4vw, 1.5rem);
  overflow-wrap: break-word;
}
h1, h2, h3, h4 { font-weight: 600; line-height: 1.25; text-wrap: balance; }
h1 { font-size: clamp(1.625rem, 1.4rem + 1.2vw, 2.125rem); letter-spacing: -0.02em; }
h2 { font-size: 1.25rem; letter-spacing: -0.01em; }
h3 { font-size: 1rem; }
small, .hint { font-size: 0.875rem; color: var(--muted); }
.lead { max-width: 42rem; font-size: 1.0625rem; color: var(--muted); text-wrap: pretty; }

a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }

code, pre, kbd, samp { font-family: var(--mono); font-size: 0.875em; }
:not(pre) > code { padding: 0.1em 0.3em; border-radius: 4px; background: var(--soft); }
a > code { padding: 0; background: none; }
pre {
  padding: 0.75rem 1rem;
  overflow-x: auto;
  line-height: 1.6;
  background: var(--soft);
  border: 1px solid var(--line);
  border-radius: var(--radius);
}
pre code { font-size: inherit; }

table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.4375rem 1rem 0.4375rem 0; text-align: left; vertical-align: top; }
tr { border-bottom: 1px solid var(--line); }
th { font-weight: 400; }
thead th { font-size: 0.875rem; color: var(--muted); }

header, footer {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 1.5rem;
  padding: 1.25rem 0;
  font-size: 0.875rem;
}
header { justify-content: space-between; }
:is(header, footer) a { color: inherit; text-decoration-color: var(--muted); }
:is(header, footer) a:hover { text-decoration-color: var(--accent); }
.name { display: flex; align-items: center; gap: 0.5rem; font-weight: 600; }
.name svg { fill: var(--accent); }
.card {
  padding: clamp(0.9375rem, 4vw, 1.5rem);
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 0.75rem;
}

input, select, textarea, button {
  min-width: 0;
  min-height: 2.75rem;
  padding: 0.5rem 0.75rem;
  font: inherit;
  color: inherit;
  background: var(--card);
  border: 1px solid var(--muted);
  border-radius: var(--radius);
}
button { font-weight: 600; cursor: pointer; }
button:hover { border-color: var(--ink); }
button.main { color: var(--paper); background: var(--ink); border-color: var(--ink); }
button:is(:disabled, [aria-disabled="true"]) { opacity: 0.6; cursor: progress; }

.unseen:not(:focus, :active) {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; }
}
`;
