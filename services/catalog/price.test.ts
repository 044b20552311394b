import { expect } from "chai";
import fc from "fast-check";
import { fromDecimal, toCents, toDecimal, toPrice } from "./price.ts";

describe("a price", () => {
  it("is the same number after cents, decimal and JSON", () => {
    const anyCents = fc.integer({ min: 0, max: 9_999_999_999 });
    fc.assert(
      fc.property(anyCents, (cents) => {
        const price = JSON.parse(JSON.stringify(toPrice(cents))) as number;
        expect(toCents(price)).to.equal(cents);
        expect(fromDecimal(toDecimal(cents))).to.equal(cents);
        expect(toDecimal(cents)).to.match(/^\d+(\.\d{1,2})?$/);
      }),
      { numRuns: 2_000 },
    );
  });

  for (const [price, cents] of [
    [0, 0],
    [0.1, 10],
    [0.29, 29],
    [1.1, 110],
    [19.99, 1_999],
    [140.0, 14_000],
    [99_999_999.99, 9_999_999_999],
  ] as const) {
    it(`knows ${price} as ${cents} cents`, () => {
      expect(toCents(price)).to.equal(cents);
    });
  }

  for (const price of [-1, -0.01, 1.005, 0.1 + 0.2, 1e-7, 99_999_999.995, 1e8, Infinity, NaN]) {
    it(`does not know ${price}`, () => {
      expect(toCents(price)).to.equal(undefined);
    });
  }

  it("is not read from a decimal with a third digit", () => {
    expect(() => fromDecimal("1.005")).to.throw(RangeError, "1.005");
  });
});
