import { invalidInput, problems } from "../../../shared/kit/http/problem.ts";
import { type Route, route } from "../../../shared/kit/http/route.ts";
import type { Catalog } from "../catalog.ts";
import { UnreadableProduct } from "../product-store.ts";
import { readPrecondition } from "./conditional.ts";
import {
  COLLECTION,
  noteUnsettled,
  present,
  sendCreated,
  sendProduct,
  sendReading,
  toProduct,
} from "./presenter.ts";
import {
  changed,
  idTaken,
  noProduct,
  productChanged,
  productExists,
  unreadable,
  unknownProduct,
  unreadableProduct,
} from "./problems.ts";
import * as schemas from "./schemas.ts";

const ONE = `${COLLECTION}/{id}`;

const tag = "products";
const entityTag = { etag: "Version of the product, for `If-None-Match` and `If-Match`" };
const unsettled = {
  "x-cache":
    "`unsettled`: the cache does not answer, so other instances may still show the former product " +
    "until it does. Not sent otherwise.",
};
const origin = {
  ...entityTag,
  "x-cache":
    "`hit`: from the cache. `miss`: from DynamoDB, and cached. `stale`: from the cache, " +
    "since DynamoDB is away, slow or just being asked. `bypass`: from DynamoDB, the cache " +
    "was not used.",
  age: "Seconds since a stale product was read from DynamoDB",
};
const ifMatch = { "if-match": "Writes only where the product still has one of these ETags." };
const ifNoneMatch = { "if-none-match": "`*` writes only where there is no such product." };

export function createRoutes(catalog: Catalog): Route[] {
  return [
    addRoute(catalog),
    readRoute(catalog),
    listRoute(catalog),
    putRoute(catalog),
    removeRoute(catalog),
  ];
}

function addRoute(catalog: Catalog): Route {
  return route({
    method: "POST",
    paths: [COLLECTION, "/data"],
    operationId: "createProduct",
    tag,
    summary: "Adds a product",
    description: "Never replaces one: an id that is taken already is refused with 409.",
    body: schemas.NewProduct,
    apiKey: true,
    replies: {
      201: {
        description: "It is kept, and the next read on any instance sees it",
        schema: schemas.Product,
        headers: { ...entityTag, ...unsettled, location: "The product" },
      },
    },
    problems: [idTaken, problems.storeUnavailable],
    async handle(ctx, { body }) {
      const written = await catalog.create(toProduct(body));
      if (written.result === undefined) throw productExists(body.id);
      noteUnsettled(ctx, written);
      sendCreated(ctx, written.result);
    },
  });
}

function readRoute(catalog: Catalog): Route {
  return route({
    method: "GET",
    paths: [ONE, "/product/{id}"],
    operationId: "getProduct",
    // Anybody may keep a copy who asks here each time whether it still is the one.
    caching: "no-cache",
    tag,
    summary: "Reads a product",
    description: "`x-cache` says where it came from. With `if-none-match` it may be 304.",
    params: schemas.ProductPath,
    requestHeaders: { "if-none-match": "Answers 304 where the product still has this ETag." },
    replies: {
      200: {
        description: "The product",
        schema: schemas.Product,
        headers: origin,
      },
      304: { description: "The product is the one of `If-None-Match`", headers: origin },
    },
    problems: [unknownProduct, unreadable, problems.storeUnavailable],
    async handle(ctx, { params }) {
      const reading = await catalog.read(params.id).catch((error: unknown) => {
        throw error instanceof UnreadableProduct ? unreadableProduct(error) : error;
      });
      sendReading(ctx, params.id, reading);
    },
  });
}

function listRoute(catalog: Catalog): Route {
  return route({
    method: "GET",
    paths: [COLLECTION],
    operationId: "listProducts",
    expensive: true,
    caching: "no-cache",
    tag,
    summary: "Lists products page by page, in no particular order",
    description:
      "Follow `next_cursor` until a page has none. The list is read from DynamoDB, not from the cache.",
    query: schemas.ListQuery,
    replies: { 200: { description: "A page", schema: schemas.ProductPage } },
    problems: [problems.storeUnavailable],
    async handle(ctx, { query }) {
      const { products, nextAfter } = await catalog.list(query.limit, query.cursor);
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
    tag,
    summary: "Replaces a product, or adds it",
    description:
      "The whole product is replaced. `if-match` and `if-none-match` keep two writers apart.",
    params: schemas.ProductPath,
    body: schemas.ProductFields,
    requestHeaders: { ...ifMatch, ...ifNoneMatch },
    apiKey: true,
    replies: {
      200: {
        description: "It is replaced",
        schema: schemas.Product,
        headers: { ...entityTag, ...unsettled },
      },
      201: {
        description: "It is added",
        schema: schemas.Product,
        headers: { ...entityTag, ...unsettled, location: "The product" },
      },
    },
    problems: [changed, problems.storeUnavailable],
    async handle(ctx, { params: { id }, body }) {
      if (body.id !== undefined && body.id !== id) {
        const message = `expected ${id} as in the path, or no id, received ${body.id}`;
        throw invalidInput("body", [{ path: "id", message }]);
      }
      const written = await catalog.put(toProduct({ ...body, id }), readPrecondition(ctx));
      const { result } = written;
      if (result === undefined) throw productChanged(id);
      noteUnsettled(ctx, written);
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
    tag,
    summary: "Removes a product",
    description: "Later reads answer 404 on every instance; the id may be used again.",
    params: schemas.ProductPath,
    requestHeaders: ifMatch,
    apiKey: true,
    replies: { 204: { description: "It is gone", headers: unsettled } },
    problems: [unknownProduct, changed, problems.storeUnavailable],
    async handle(ctx, { params: { id } }) {
      const written = await catalog.remove(id, readPrecondition(ctx));
      if (written.result === "mismatch") throw productChanged(id);
      if (written.result === "absent") throw noProduct(id);
      noteUnsettled(ctx, written);
      ctx.status = 204;
    },
  });
}
