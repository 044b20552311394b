import type { Context } from "koa";
import type { z } from "zod";
import { sendJson } from "../../../shared/kit/http/send-json.ts";
import type { Reading, Written } from "../catalog.ts";
import type { Product, StoredProduct } from "../product-store.ts";
import { isHeldByCaller, toEntityTag } from "./conditional.ts";
import { toCents, toPrice } from "../price.ts";
import { noProduct } from "./problems.ts";
import type * as schemas from "./schemas.ts";

export const COLLECTION = "/catalog/products";

export function toProduct({ id, name, price }: z.output<typeof schemas.NewProduct>): Product {
  const priceCents = toCents(price);
  if (priceCents === undefined) throw new RangeError(`the schema let the price ${price} pass`);
  return { id, name, priceCents };
}

export function present({ id, name, priceCents }: Product): z.input<typeof schemas.Product> {
  return { id, name, price: toPrice(priceCents) };
}

/** Tells the caller when other instances may not see the write yet. */
export function noteUnsettled(ctx: Context, { isSettled }: Written<unknown>): void {
  if (!isSettled) ctx.set("x-cache", "unsettled");
}

export function sendCreated(ctx: Context, product: StoredProduct): void {
  ctx.set("location", `${COLLECTION}/${product.id}`);
  sendProduct(ctx, 201, product);
}

export function sendReading(ctx: Context, id: number, { product, outcome, ageMs }: Reading): void {
  if (product === undefined) throw noProduct(id, { "x-cache": outcome });
  const { res } = ctx;
  res.setHeader("x-cache", outcome);
  if (outcome === "stale") res.setHeader("age", Math.floor(ageMs / 1_000));
  if (isHeldByCaller(ctx, product.version)) {
    res.setHeader("etag", toEntityTag(product.version));
    ctx.status = 304;
  } else sendProduct(ctx, 200, product);
}

export function sendProduct(ctx: Context, status: number, product: StoredProduct): void {
  ctx.res.setHeader("etag", toEntityTag(product.version));
  sendJson(ctx, status, JSON.stringify(present(product)));
}
