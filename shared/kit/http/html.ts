import type { Context } from "koa";
import helmet from "koa-helmet";

export interface HtmlOptions {
  /** Nonce of the page's own inline script; without it no script runs. */
  scriptNonce?: string;
}

/** Answers with a page that may load nothing from anywhere but its own origin. */
export async function sendHtml(ctx: Context, html: string, options: HtmlOptions = {}) {
  const { scriptNonce } = options;
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        styleSrc: ["'unsafe-inline'"],
        scriptSrc: scriptNonce === undefined ? ["'none'"] : [`'nonce-${scriptNonce}'`],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Every answer has it, where the request came by HTTPS.
    strictTransportSecurity: false,
    referrerPolicy: { policy: "no-referrer" },
  });
  await protect(ctx, () => Promise.resolve());
  ctx.type = "html";
  ctx.body = html;
}

/** A line of text, in which what stands between backticks is code. */
export function inlineHtml(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

/** Makes text safe inside an element or a quoted attribute, in HTML and SVG alike. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
