import { expect } from "chai";
import { keepAddress } from "./kept-address.ts";

describe("keepAddress", () => {
  for (const [address, truncated] of [
    ["203.0.113.77", "203.0.113.0"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::"],
    ["2001:db8::7", "2001:db8::"],
    ["::1", "::"],
  ] as const) {
    it(`truncates ${address} to ${truncated}`, () => {
      expect(keepAddress(address, "truncated")).to.equal(truncated);
    });
  }

  it("keeps all, or nothing, where that is asked", () => {
    expect(keepAddress("203.0.113.77", "full")).to.equal("203.0.113.77");
    expect(keepAddress("203.0.113.77", "none")).to.equal(undefined);
  });
});
