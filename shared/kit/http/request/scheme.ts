import type { IncomingMessage } from "node:http";

/** The scheme of the URL that the client asked for, as the proxy that ends TLS says it. */
export function schemeOf({ headers }: IncomingMessage): "http" | "https" {
  const last = headers["x-forwarded-proto"]?.toString().split(",").at(-1)?.trim();
  return last === "https" ? "https" : "http";
}

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Scheme, host and port that the client asked, such as `https://example.com`. */
export function originOf(request: IncomingMessage): string {
  const { host = "" } = request.headers;
  // A page may show it in a command: nothing that a shell reads otherwise passes.
  return `${schemeOf(request)}://${HOST.test(host) ? host : "localhost"}`;
}
