/** The look of the documentation pages, light or dark as the reader has it. */
export const docsStyle = `
:root { color-scheme: light dark; --line: light-dark(#e4dfd8, #332f2b);
  --soft: light-dark(#f0ece6, #1f1c19); --text: light-dark(#1c1917, #f3efe9);
  --faint: light-dark(#6b645c, #a8a097); --link: light-dark(#b13a0a, #fb8b4f);
  font: 16px/1.55 system-ui, sans-serif; color: var(--text);
  background: light-dark(#faf9f7, #161412); }
body { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 6rem; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; margin: 0; }
h2 { font-size: 1.25rem; margin: 3.5rem 0 0; }
h3 { font-size: 1.05rem; margin: 0; display: flex; flex-wrap: wrap; gap: .6rem; }
h3 code { background: none; padding: 0; overflow-wrap: anywhere; }
h4 { font-size: .8rem; margin: 1.2rem 0 .2rem; color: var(--faint); font-weight: 600;
  text-transform: uppercase; letter-spacing: .05em; }
a { color: var(--link); text-underline-offset: .2em; }
code { font: .88em/1.5 ui-monospace, monospace; background: var(--soft); padding: .1em .3em;
  border-radius: 4px; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 8px;
  padding: .7rem 1rem; overflow-x: auto; margin: .4rem 0; }
pre code { background: none; padding: 0; }
section { border-top: 1px solid var(--line); margin-top: 1.6rem; padding-top: 1.4rem;
  scroll-margin-top: 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0;
  border-bottom: 1px solid var(--line); font-weight: normal; }
th { white-space: nowrap; } td:last-child { width: 60%; } .contents td:last-child { width: auto; }
@media (max-width: 44rem) {
  tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  th, td, td:last-child { display: block; width: auto; border: 0; padding: .15rem 0;
    white-space: normal; }
}
small { color: var(--faint); } .lead { color: var(--faint); max-width: 46rem; }
.method { font: 700 .72rem/1.9 ui-monospace, monospace; color: #fff; border-radius: 4px;
  padding: 0 .5em; min-width: 3.6em; text-align: center; display: inline-block; }
.get { background: #2563ac; } .post { background: #1c7a45; }
.put { background: #96600a; } .delete { background: #b3362f; }
`;
