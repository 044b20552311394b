import { Problem, type ProblemKind, problems } from "../../../shared/kit/http/problem.ts";

export const idTaken = {
  status: 409,
  id: "product-exists",
  title: "Product exists",
  description: "There is a product of this id already; nothing was written.",
} satisfies ProblemKind;

export const changed = {
  status: 412,
  id: "product-changed",
  title: "Product changed",
  description: "The product is not what `If-Match` says; nothing was written.",
} satisfies ProblemKind;

export function productExists(id: number): Problem {
  return new Problem(idTaken, {
    detail: `Product ${id} exists. Choose another id, or replace it by PUT.`,
  });
}

export function noProduct(id: number, headers: Record<string, string> = {}): Problem {
  return new Problem(problems.notFound, { detail: `There is no product ${id}.`, headers });
}

export function productChanged(id: number): Problem {
  return new Problem(changed, {
    detail: `Product ${id} is not the one that If-Match names. Read it again, then decide.`,
  });
}
