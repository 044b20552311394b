import { serviceNames } from "../../../contract.ts";
import { escapeHtml } from "../html.ts";
import { docsStyle } from "./docs-style.ts";
import { stylesheet } from "./stylesheet.ts";

export interface PageParts {
  title: string;
  /** HTML of the main part. */
  main: string;
  /** Class of the body, where the page has a layout of its own. */
  layout?: "docs";
  /** Text of its script, where it has one. */
  script?: string;
  /** The service whose documentation it belongs to. */
  service?: string;
}

/** A page of documentation that loads nothing, with a way to the documentation of every service. */
export function pageHtml(parts: PageParts): string {
  const { title, main, layout = "", script, service } = parts;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${ICON}">
<style>${stylesheet}${docsStyle}</style>
</head>
<body class="${layout}">
<a class="unseen" href="#main">Skip to the content</a>
<header>
<p class="name">${MARK} <a href="/docs">Page services</a></p>
<nav aria-label="Services">${serviceNames.map((name) => linkTo(name, service)).join(" ")}</nav>
</header>
<main id="main">
${main}
</main>
${script === undefined ? "" : `<script type="module">${script}</script>\n`}</body>
</html>
`;
}

function linkTo(name: string, current: string | undefined): string {
  return `<a href="/${name}/docs"${name === current ? ' aria-current="true"' : ""}>${name}</a>`;
}

const BARS = `<path d="M2 9h3v5H2zM6.5 5h3v9h-3zM11 1h3v13h-3z"/>`;

const MARK = `<svg viewBox="0 0 16 16" width="16" aria-hidden="true">${BARS}</svg>`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="#b93d0b">${BARS}</svg>`,
)}`;
