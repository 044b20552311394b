export interface SnippetOptions {
  page: string;
  /** Scheme, host and port of the addresses. */
  origin: string;
  label: string;
  /** `#rrggbb`. */
  color: string;
  style: string;
  /** False for a badge that only shows the number. */
  counts: boolean;
}

/**
 * The lines that put a counter into a page of another site. Runs in the page too, from its source
 * text.
 */
export function snippetsOf({ page, origin, label, color, style, counts }: SnippetOptions) {
  const parameters = new URLSearchParams({
    ...(label !== "views" && { label }),
    ...(color !== "#c2410c" && { color: color.slice(1) }),
    ...(style !== "flat" && { style }),
    ...(!counts && { count: "false" }),
  }).toString();
  const counter = `${origin}/counter/${page}`;
  const address = `${counter}/badge.svg${parameters === "" ? "" : `?${parameters}`}`;
  const text = label.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return {
    badge: {
      markdown: `![${label.replaceAll(/[[\]\\]/g, String.raw`\$&`)}](${address})`,
      html: `<img src="${address.replaceAll("&", "&amp;")}" alt="${text}">`,
    },
    counting: {
      script:
        `<span data-views="${page}"></span> ` +
        `<script async src="${origin}/counter/count.js" data-page="${page}"></script>`,
      pixel: `<img src="${counter}/hit.gif" alt="" width="1" height="1">`,
    },
  };
}
