import { Problem, type ProblemKind, problems } from "../../../shared/kit/http/problem.ts";
import type { UnreadableProduct } from "../product-store.ts";

export const unknownProduct = {
  ...problems.notFound,
  headers: {
    "x-cache": "Of a read: `hit` where the cache knew that there is none, else as of a product.",
  },
} satisfies ProblemKind;

export const idTaken = {
  status: 409,
  id: "product-exists",
  title: "Product exists",
  description: "There is a product of this id already; nothing was written.",
  detail: "Product 1 exists. Choose another id, or replace it by PUT.",
} satisfies ProblemKind;

export const changed = {
  status: 412,
  id: "product-changed",
  title: "Product changed",
  description: "The product is not what `If-Match` or `If-None-Match` says; nothing was written.",
  detail: "Product 1 is not as the request demands. Read it again, then decide.",
} satisfies ProblemKind;

export const unreadable = {
  status: 500,
  id: "unreadable-product",
  title: "Unreadable product",
  description: "What is stored for this id is no product. A PUT replaces it, a DELETE removes it.",
  detail: "What is stored as product 1 is no product. Replace it by PUT, or remove it.",
} satisfies ProblemKind;

export function productExists(id: number): Problem {
  return new Problem(idTaken, {
    detail: `Product ${id} exists. Choose another id, or replace it by PUT.`,
  });
}

export function noProduct(id: number, headers: Record<string, string> = {}): Problem {
  return new Problem(unknownProduct, { detail: `There is no product ${id}.`, headers });
}

export function productChanged(id: number): Problem {
  return new Problem(changed, {
    detail: `Product ${id} is not as the request demands. Read it again, then decide.`,
  });
}

export function unreadableProduct(error: UnreadableProduct): Problem {
  return new Problem(unreadable, {
    detail: `What is stored as product ${error.id} is no product. Replace it by PUT, or remove it.`,
    cause: error,
  });
}
