import { expect } from "chai";
import { noCache } from "../uncached.ts";

describe("noCache", () => {
  it("knows nothing and keeps nothing", async () => {
    const product = { id: 1, name: "Samsung TV", priceCents: 1_999, version: "v1" };
    await noCache.fill(1, "a b", product);
    expect(await (await noCache.beginWrite(1)).settle()).to.equal(true);
    expect(await noCache.lookUp(1)).to.deep.equal({ state: "bypass" });
  });
});
