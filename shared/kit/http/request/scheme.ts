import type { IncomingMessage } from "node:http";

/** The scheme of the URL that the client asked for, as the proxy that ends TLS says it. */
export function schemeOf({ headers }: IncomingMessage): "http" | "https" {
  const last = headers["x-forwarded-proto"]?.toString().split(",").at(-1)?.trim();
  return last === "https" ? "https" : "http";
}
