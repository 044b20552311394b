import { expect } from "chai";
import { unknownPaths, unwrap } from "./wire.ts";

const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value: "key",
};
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("a value on the wire", () => {
  it("gives its secrets to the rules, and hides them from the reader", () => {
    expect(unwrap({ list: [secret, 1] })).to.deep.equal({ list: ["key", 1] });
    expect(unwrap({ list: [secret, 1] }, "masked")).to.deep.equal({ list: ["[secret]", 1] });
  });

  it("tells where it is unknown", () => {
    expect(unknownPaths({ a: [{ b: unknown }], c: "known", d: unknown })).to.deep.equal([
      "a.0.b",
      "d",
    ]);
    expect(unknownPaths({ a: [1, "x"] })).to.be.empty;
  });
});
