/** The copy and the guard of a product. */
export function keysOf(id: number): [copy: string, guard: string] {
  return [`product:v1:${id}`, `product:v1:${id}:guard`];
}

/** No product's: proves that Redis runs the scripts. */
export const probeKey = "product:v1:probe";
