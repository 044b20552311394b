import type { Context } from "koa";
import helmet from "koa-helmet";

export interface HtmlOptions {
  /** Nonce of the page's own inline script, or its SHA-256 in base64: without them none runs. */
  scriptNonce?: string;
  scriptHash?: string;
}

/** Answers with a page that may load nothing from anywhere but its own origin. */
export async function sendHtml(ctx: Context, html: string, options: HtmlOptions = {}) {
  const { scriptNonce, scriptHash } = options;
  const scripts = [
    ...(scriptNonce === undefined ? [] : [`'nonce-${scriptNonce}'`]),
    ...(scriptHash === undefined ? [] : [`'sha256-${scriptHash}'`]),
  ];
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        styleSrc: ["'unsafe-inline'"],
        scriptSrc: scripts.length === 0 ? ["'none'"] : scripts,
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
