import type { CacheAnswer, Copy } from "../product-cache.ts";
import type { StoredProduct } from "../product-store.ts";

/** A product as the text that Redis keeps; snake_case, as everything that is stored. */
interface CopyJson {
  id?: number;
  name?: string;
  price_cents?: number;
  version?: string;
}

export function formatCopy(product: StoredProduct | undefined): string {
  const json: CopyJson = product
    ? {
        id: product.id,
        name: product.name,
        price_cents: product.priceCents,
        version: product.version,
      }
    : {};
  return JSON.stringify(json);
}

/** The age is below 0 after Redis' clock has stepped back. */
const ANSWER = /^(fresh|granted|leased|bypass) (\S+ \S+)(?: (-?\d+) (.*))?$/s;

/**
 * An answer of `LOOK_UP`.
 *
 * @throws SyntaxError for a text that is not ours
 */
export function parseAnswer(text: string): CacheAnswer {
  const [, state, lease = "", age, json] = ANSWER.exec(text) ?? [];
  const copy = json === undefined ? undefined : parseCopy(json, Number(age));
  switch (state) {
    case "fresh":
      if (copy === undefined) throw new SyntaxError(`a fresh copy is missing in "${text}"`);
      return { state, copy };
    case "granted":
    case "leased":
      return { state, lease, copy };
    case "bypass":
      return { state, copy };
    default:
      throw new SyntaxError(`expected an answer of the cache, got "${text.slice(0, 64)}"`);
  }
}

function parseCopy(json: string, ageMs: number): Copy {
  const { id, name, price_cents, version } = JSON.parse(json) as CopyJson;
  const isProduct =
    id !== undefined && name !== undefined && price_cents !== undefined && version !== undefined;
  return {
    product: isProduct ? { id, name, priceCents: price_cents, version } : undefined,
    ageMs: Math.max(0, ageMs),
  };
}
