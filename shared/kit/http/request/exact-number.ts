/** A decimal number as its digits, without zeros at either end, and its power of ten. */
interface Decimal {
  negative: boolean;
  digits: string;
  exponent: number;
}

/**
 * Whether a number of JSON text survives being read into a double and written again.
 *
 * `0.1` and `29.97002997002997` do, although no double is equal to them: each is the shortest text
 * of the double that it is read into. `9007199254740993`, `1e-400` and `1e400` do not.
 */
export function isKeptExactly(source: string): boolean {
  const kept = toDecimal(String(Number(source)));
  const given = toDecimal(source);
  if (kept === undefined || given === undefined) return false;
  if (kept.digits === "" || given.digits === "") return kept.digits === given.digits;
  return (
    kept.negative === given.negative &&
    kept.digits === given.digits &&
    kept.exponent === given.exponent
  );
}

function toDecimal(text: string): Decimal | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  const all = whole + fraction;
  const withoutEnd = all.replace(/0+$/, "");
  return {
    negative: sign === "-",
    digits: withoutEnd.replace(/^0+/, ""),
    exponent: Number(exponent) - fraction.length + all.length - withoutEnd.length,
  };
}
