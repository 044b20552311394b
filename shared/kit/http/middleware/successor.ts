import type { Context } from "koa";

/** 2026-11-24: since then each operation has one path of its own. */
const DEPRECATED_SINCE = `@${Date.UTC(2026, 10, 24) / 1_000}`;

/**
 * Says with the answer that its path is deprecated, where another one replaces it, and which one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9745
 */
export function nameSuccessor(
  { res }: Context,
  successor: string | undefined,
  params: Readonly<Record<string, string>>,
): void {
  if (successor === undefined) return;
  const path = successor.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ""),
  );
  res.setHeader("deprecation", DEPRECATED_SINCE);
  res.setHeader("link", `<${path}>; rel="successor-version"`);
}
