/** What only the documentation looks like: contents, text and examples side by side where they fit. */
export const docsStyle = `
.docs { max-width: 82rem; }
main { padding: 1.5rem 0 5rem; }
:where(main, .intro, .content, .operation, .operation > div) > * + * { margin-top: 1rem; }
h2 { margin-top: 3rem; scroll-margin-top: 1rem; }
:is(h2, .contents p)::first-letter { text-transform: uppercase; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
[aria-current] { font-weight: 600; text-decoration: none; }

.contents { display: block; columns: 9rem; font-size: 0.875rem; }
.contents p { font-weight: 600; break-after: avoid; }
.contents ul { list-style: none; padding: 0; margin-bottom: 1rem; }
.contents a { display: inline-block; padding: 0.125rem 0; color: inherit; text-decoration-color: var(--line); }
.contents a:hover { text-decoration-color: var(--accent); }

section { padding-top: 1.5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.125rem; }
h4 { margin-top: 1.5rem; font-size: 0.875rem; color: var(--muted); }
h4 + * { margin-top: 0.25rem; }
.request { overflow-wrap: anywhere; }
.request code { padding: 0; background: none; }
.method { margin-right: 0.25rem; font: 600 0.8125rem var(--mono); color: var(--muted); }
.post { color: var(--live); } .put { color: var(--warn); } .delete { color: var(--stop); }

dl > div { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
dl > div:last-child { border: 0; }
dd { font-size: 0.9375rem; color: var(--muted); }
dt { overflow-wrap: anywhere; }
dd:empty { display: none; }

pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.8125rem; }
figcaption {
  display: flex; justify-content: space-between; align-items: center;
  min-height: 2rem; font-size: 0.875rem; color: var(--muted);
}
figcaption button {
  min-height: 2rem; padding: 0 0.5rem; border: 0; background: none; color: var(--accent);
}
.try summary { padding: 0.5rem 0; font-weight: 600; cursor: pointer; }
.try form { display: grid; gap: 0.75rem; }
.try label { display: grid; gap: 0.25rem; font-size: 0.875rem; justify-items: start; }
.try :is(input, textarea) { width: 100%; font-family: var(--mono); font-size: 0.875rem; }
.try button { justify-self: start; padding-inline: 1.25rem; }

@media (min-width: 60rem) {
  .docs main { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 0 3rem; }
  .intro { grid-column: 2; }
  .contents {
    grid-row: 1 / 3; align-self: start; position: sticky; top: 1.5rem; columns: auto;
    max-height: calc(100vh - 3rem); overflow-y: auto;
  }
}
@media (min-width: 75rem) {
  .operation { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 27rem); gap: 3rem; }
  .operation > * { margin-top: 0; }
}
`;
