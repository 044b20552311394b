import { chartStyle } from "./chart-svg.ts";
import { numbersStyle } from "./numbers.ts";
import { snippetsStyle } from "./snippets.ts";

/** Style of the page: one column, one accent, the reader's own fonts, light and dark. */
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
  font:
    1rem/1.5 system-ui,
    -apple-system,
    "Segoe UI",
    Roboto,
    sans-serif;
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
* {
  box-sizing: border-box;
  margin: 0;
}
body {
  max-width: 48rem;
  margin: 0 auto;
  padding: 0 1.5rem;
}
code,
input,
#instance {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
a {
  color: inherit;
  text-underline-offset: 0.2em;
  text-decoration-color: var(--muted);
}
a:hover {
  text-decoration-color: var(--accent);
}
:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
  border-radius: 4px;
}
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

header {
  display: flex;
  justify-content: space-between;
  gap: 1rem;
  padding: 1.5rem 0;
  font-size: 0.875rem;
}
.name {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  font-weight: 600;
}
.name svg {
  fill: var(--accent);
}
#state {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  color: var(--muted);
}
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
#state[data-state="lost"] {
  color: var(--accent);
}
@keyframes breathe {
  50% {
    opacity: 0.35;
  }
}
@media (prefers-reduced-motion: reduce) {
  #state::before {
    animation: none !important;
  }
}

footer {
  display: flex;
  gap: 1.5rem;
  padding: 2rem 0;
  font-size: 0.875rem;
}
@media (max-width: 30rem) {
  body {
    padding: 0 0.9375rem;
  }
  header {
    padding: 1rem 0;
  }
}
${numbersStyle}
${chartStyle}
${snippetsStyle}
`;
