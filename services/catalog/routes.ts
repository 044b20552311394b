import type { Context } from "koa";
import type { z } from "zod";
import { invalidInput, Problem, type ProblemKind, problems } from "../../shared/http/problem.ts";
import { type Route, route } from "../../shared/http/route.ts";
import { sendJson } from "../../shared/http/send-json.ts";
import type { Catalog, Product, Reading, StoredProduct } from "./catalog.ts";
import { isHeldByCaller, readIfMatch, toEntityTag } from "./conditional.ts";
import { toCents, toPrice } from "./price.ts";
import * as schemas from "./schemas.ts";

const COLLECTION = "/catalog/products";
const ONE = `${COLLECTION}/{id}`;

const idTaken = {
  status: 409,
  id: "product-exists",
  title: "Product exists",
  description: "There is a product of this id already; nothing was written.",
} satisfies ProblemKind;

const changed = {
  status: 412,
  id: "product-changed",
  title: "Product changed",
  description: "The product is not what `If-Match` says; nothing was written.",
} satisfies ProblemKind;

const entityTag = { etag: "Version of the product, for `If-None-Match` and `If-Match`" };
const ifMatch = { "if-match": "Writes only where the product still has one of these ETags." };

export function createRoutes(catalog: Catalog): Route[] {
  return [
    createRoute(catalog),
    readRoute(catalog),
    listRoute(catalog),
    putRoute(catalog),
    removeRoute(catalog),
  ];
}

function createRoute(catalog: Catalog): Route {
  return route({
    method: "POST",
    paths: ["/data", COLLECTION],
    operationId: "createProduct",
    summary: "Adds a product",
    body: schemas.Product,
    apiKey: true,
    replies: {
      201: {
        description: "It is kept, and the next read on any instance sees it",
        schema: schemas.Product,
        headers: { ...entityTag, location: "The product" },
      },
    },
    problems: [idTaken, problems.storeUnavailable],
    async handle(ctx, { body }) {
      const created = await catalog.create(toProduct(body));
      if (created === undefined) {
        throw new Problem(idTaken, {
          detail: `Product ${body.id} exists. Choose another id, or replace it by PUT.`,
        });
      }
      sendCreated(ctx, created);
    },
  });
}

function readRoute(catalog: Catalog): Route {
  return route({
    method: "GET",
    paths: ["/product/{id}", ONE],
    operationId: "getProduct",
    summary: "Reads a product",
    params: schemas.ProductPath,
    requestHeaders: { "if-none-match": "Answers 304 where the product still has this ETag." },
    replies: {
      200: {
        description: "The product",
        schema: schemas.Product,
        headers: {
          ...entityTag,
          "x-cache":
            "`hit`: from the cache. `miss`: from DynamoDB, and cached. `stale`: from the cache, " +
            "DynamoDB does not answer. `bypass`: from DynamoDB, the cache was not used.",
          age: "Seconds since a stale product was read from DynamoDB",
        },
      },
      304: { description: "The product is the one of `If-None-Match`" },
    },
    problems: [problems.notFound, problems.storeUnavailable],
    async handle(ctx, { params }) {
      sendReading(ctx, params.id, await catalog.read(params.id));
    },
  });
}

function listRoute(catalog: Catalog): Route {
  return route({
    method: "GET",
    paths: [COLLECTION],
    operationId: "listProducts",
    summary: "Lists products page by page, in no particular order",
    query: schemas.ListQuery,
    replies: { 200: { description: "A page", schema: schemas.ProductPage } },
    problems: [problems.storeUnavailable],
    async handle(ctx, { query }) {
      const { products, nextAfter } = await catalog.list(query.limit, query.cursor);
      ctx.set("cache-control", "no-cache");
      ctx.body = {
        products: products.map(present),
        ...(nextAfter !== undefined && { next_cursor: schemas.formatCursor(nextAfter) }),
      };
    },
  });
}

function putRoute(catalog: Catalog): Route {
  return route({
    method: "PUT",
    paths: [ONE],
    operationId: "putProduct",
    summary: "Replaces a product, or adds it",
    params: schemas.ProductPath,
    body: schemas.ProductFields,
    requestHeaders: ifMatch,
    apiKey: true,
    replies: {
      200: { description: "It is replaced", schema: schemas.Product, headers: entityTag },
      201: {
        description: "It is added",
        schema: schemas.Product,
        headers: { ...entityTag, location: "The product" },
      },
    },
    problems: [changed, problems.storeUnavailable],
    async handle(ctx, { params: { id }, body }) {
      if (body.id !== undefined && body.id !== id) {
        const message = `expected ${id} as in the path, or no id, received ${body.id}`;
        throw invalidInput("body", [{ path: "id", message }]);
      }
      const result = await catalog.put(toProduct({ ...body, id }), readIfMatch(ctx));
      if (result === undefined) throw productChanged(id);
      if (result.outcome === "created") sendCreated(ctx, result.product);
      else sendProduct(ctx, 200, result.product);
    },
  });
}

function removeRoute(catalog: Catalog): Route {
  return route({
    method: "DELETE",
    paths: [ONE],
    operationId: "deleteProduct",
    summary: "Removes a product",
    params: schemas.ProductPath,
    requestHeaders: ifMatch,
    apiKey: true,
    replies: { 204: { description: "It is gone" } },
    problems: [problems.notFound, changed, problems.storeUnavailable],
    async handle(ctx, { params: { id } }) {
      const result = await catalog.remove(id, readIfMatch(ctx));
      if (result === "mismatch") throw productChanged(id);
      if (result === "absent") throw noProduct(id);
      ctx.status = 204;
    },
  });
}

function toProduct({ id, name, price }: z.output<typeof schemas.Product>): Product {
  const priceCents = toCents(price);
  if (priceCents === undefined) throw new RangeError(`the schema let the price ${price} pass`);
  return { id, name, priceCents };
}

function present({ id, name, priceCents }: Product): z.input<typeof schemas.Product> {
  return { id, name, price: toPrice(priceCents) };
}

function sendCreated(ctx: Context, product: StoredProduct): void {
  ctx.set("location", `${COLLECTION}/${product.id}`);
  sendProduct(ctx, 201, product);
}

function sendReading(ctx: Context, id: number, { product, outcome, ageMs }: Reading): void {
  if (product === undefined) throw noProduct(id, { "x-cache": outcome });
  const { res } = ctx;
  res.setHeader("x-cache", outcome);
  // Anybody may keep a copy who asks here each time whether it still is the one.
  res.setHeader("cache-control", "no-cache");
  if (outcome === "stale") res.setHeader("age", Math.floor(ageMs / 1_000));
  if (isHeldByCaller(ctx, product.version)) {
    res.setHeader("etag", toEntityTag(product.version));
    ctx.status = 304;
  } else sendProduct(ctx, 200, product);
}

function sendProduct(ctx: Context, status: number, product: StoredProduct): void {
  ctx.res.setHeader("etag", toEntityTag(product.version));
  sendJson(ctx, status, JSON.stringify(present(product)));
}

function noProduct(id: number, headers: Record<string, string> = {}): Problem {
  return new Problem(problems.notFound, { detail: `There is no product ${id}.`, headers });
}

function productChanged(id: number): Problem {
  return new Problem(changed, {
    detail: `Product ${id} is not the one that If-Match names. Read it again, then decide.`,
  });
}
