export const PAGE_NAME = /^[A-Za-z0-9._~-]{1,128}$/;
/** Names whose place below `/counter/` is taken, and those that clients and proxies resolve away. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...["status", "docs", "openapi.json", "count.js"],
  ...[".", ".."],
]);
