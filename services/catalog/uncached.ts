import type { ProductCache } from "./product-cache.ts";

const nothing = () => Promise.resolve();

/** Stands in where no Redis is configured: every read goes to the store. */
export const noCache: ProductCache = {
  lookUp: () => Promise.resolve({ state: "bypass" }),
  fill: nothing,
  release: nothing,
  beginWrite: () =>
    Promise.resolve({ isMarked: true, settle: () => Promise.resolve(true), cancel: nothing }),
};
