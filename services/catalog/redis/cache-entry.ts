import type { CacheAnswer, Copy, StoredProduct } from "../catalog.ts";

/** What a copy's text tells beside its lease; snake_case, as everything that is stored. */
interface CopyJson {
  id?: number;
  name?: string;
  price_cents?: number;
  version?: string;
  loaded_at_ms: number;
  load_ms: number;
  fresh_until_ms: number;
  kept_until_ms: number;
}

/** A copy as the text that Redis keeps; scripts.ts tells how its keys are read. */
export function formatCopy({ lease, product, ...times }: Copy): string {
  const json: CopyJson = {
    ...(product && {
      id: product.id,
      name: product.name,
      price_cents: product.priceCents,
      version: product.version,
    }),
    loaded_at_ms: times.loadedAtMs,
    load_ms: times.loadMs,
    fresh_until_ms: times.freshUntilMs,
    kept_until_ms: times.keptUntilMs,
  };
  return `${product ? "product" : "absent"} ${lease} ${JSON.stringify(json)}`;
}

/** @throws SyntaxError for a text that is not ours */
export function parseAnswer(text: string): CacheAnswer {
  const [state = "", server = "", token = ""] = text.split(" ", 3);
  const lease = `${server} ${token}`;
  switch (state) {
    case "product":
    case "absent":
      return { state: "held", copy: parseCopy(lease, text.slice(state.length + lease.length + 2)) };
    case "granted":
      return { state: "granted", lease };
    case "lease":
      return { state: "leased", lease };
    default:
      return { state: "closed" };
  }
}

function parseCopy(lease: string, text: string): Copy {
  const json = JSON.parse(text) as CopyJson;
  return {
    lease,
    product: toProduct(json),
    loadedAtMs: json.loaded_at_ms,
    loadMs: json.load_ms,
    freshUntilMs: json.fresh_until_ms,
    keptUntilMs: json.kept_until_ms,
  };
}

function toProduct({ id, name, price_cents, version }: CopyJson): StoredProduct | undefined {
  if (id === undefined || name === undefined) return undefined;
  if (price_cents === undefined || version === undefined) return undefined;
  return { id, name, priceCents: price_cents, version };
}
