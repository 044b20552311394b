import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "koa";
import { Problem, problems } from "../problem.ts";

/** Refuses a request, or lets it pass by returning. */
export type ApiKeyCheck = (ctx: Context) => void;

/**
 * Asks for `Authorization: Bearer <key>` with one of the keys; without keys everybody may write.
 *
 * Keys are compared by digest in constant time, so that an answer's delay tells nothing of them.
 */
export function createApiKeyCheck(keys: readonly string[]): ApiKeyCheck {
  const digests = keys.map(digest);
  return function checkApiKey(ctx) {
    if (digests.length === 0) return;
    const given = bearerOf(ctx.get("authorization"));
    const matches = digests.filter((key) => timingSafeEqual(key, digest(given ?? "")));
    if (given !== undefined && matches.length > 0) return;
    throw new Problem(problems.unauthorized, {
      detail:
        given === undefined
          ? "Send the header `Authorization: Bearer <API key>`."
          : "The API key is not one of this deployment's.",
      headers: { "www-authenticate": 'Bearer realm="api"' },
    });
  };
}

/**
 * The key or token of an `Authorization: Bearer` header; undefined where there is none.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function bearerOf(authorization: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
