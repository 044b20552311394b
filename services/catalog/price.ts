/**
 * Prices as whole cents, so that no binary fraction ever takes part in a sum or a comparison.
 *
 * A JSON number such as 19.99 is the double nearest to it. Every price in range has at most ten
 * digits, a double keeps fifteen, so the way to cents and back is exact.
 */

export const MAX_PRICE = 99_999_999.99;

/** @returns whole cents; undefined for what is no price: negative, too large, a third decimal */
export function toCents(price: number): number | undefined {
  if (!(price >= 0 && price <= MAX_PRICE)) return undefined;
  const cents = Math.round(price * 100);
  // The quotient is the double nearest to the decimal, the very one that JSON gives for it.
  return cents / 100 === price ? cents : undefined;
}

/** The number to write in JSON: 1999 → 19.99, 14000 → 140. */
export function toPrice(cents: number): number {
  return cents / 100;
}

/** The decimal for a store that counts in decimals: 1999 → "19.99". */
export function toDecimal(cents: number): string {
  return String(toPrice(cents));
}

/** @throws RangeError for a text that `toDecimal` would not have written */
export function fromDecimal(decimal: string): number {
  const cents = toCents(Number(decimal));
  if (cents === undefined) throw new RangeError(`expected a price, got "${decimal}"`);
  return cents;
}
