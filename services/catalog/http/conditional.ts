import type { Context } from "koa";
import { invalidInput, type Problem } from "../../../shared/kit/http/problem.ts";
import type { Expected } from "../product-store.ts";

const ENTITY_TAGS = /^\s*(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*\s*$/;
const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e]*)"/g;
const MAX_TAGS = 20;

export function toEntityTag(version: string): string {
  return `"${version}"`;
}

/**
 * What `If-Match` or `If-None-Match` demands of a write; undefined without them.
 *
 * @throws Problem 400 for both of them, or when one holds what it must not
 */
export function readPrecondition(ctx: Context): Expected | undefined {
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = ctx.req.headers;
  if (ifNoneMatch === undefined) return readIfMatch(ifMatch);
  if (ifMatch !== undefined) throw invalidHeader("if-none-match", "to come without if-match");
  if (ifNoneMatch.trim() !== "*") throw invalidHeader("if-none-match", "* on a write");
  return "none";
}

function readIfMatch(header: string | undefined): Expected | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === "*") return "any";
  // Weak tags are well-formed, but never match: the comparison is strong (RFC 9110, 13.1.1).
  const strong = [...header.matchAll(ENTITY_TAG)].filter(([, weak]) => weak === undefined);
  const versions = strong.map(([, , version]) => version ?? "");
  if (!ENTITY_TAGS.test(header) || versions.length > MAX_TAGS) {
    throw invalidHeader("if-match", `* or the ETag of the product, received ${header}`);
  }
  return versions;
}

function invalidHeader(path: string, expected: string): Problem {
  return invalidInput("header", [{ path, message: `expected ${expected}` }]);
}

/**
 * Whether `If-None-Match` names this version, so that its holder need not be sent it again.
 *
 * Koa's own `fresh` says no to a client that also sends `cache-control: no-cache`, as `fetch` does.
 */
export function isHeldByCaller(ctx: Context, version: string): boolean {
  const header = ctx.req.headers["if-none-match"];
  if (header === undefined) return false;
  return header.trim() === "*" || header.includes(toEntityTag(version));
}
