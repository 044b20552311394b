import { expect } from "chai";
import { UntoldWrites } from "./untold-writes.ts";

describe("UntoldWrites", () => {
  it("announces of the ends that come too late for their writes the last one of each product", async () => {
    const untold = new UntoldWrites();
    const told: string[] = [];
    const end = (id: number, token: string) => {
      untold.add(id, token, () => Promise.resolve(told.push(token)));
      return untold.isToldWithin(id, token, 0);
    };
    for (const token of ["a", "b", "c"]) expect(await end(1, token)).to.equal(false);
    expect(await end(2, "d")).to.equal(false);
    untold.add(1, "begun", () => Promise.resolve(told.push("begun")));
    await untold.tellAll();
    expect(told).to.have.members(["c", "begun", "d"]);
    expect(untold.products).to.equal(0);
  });

  it("announces thousands without having more under way than Redis answers in time", async () => {
    const untold = new UntoldWrites();
    let [underWay, most] = [0, 0];
    for (let id = 1; id <= 3_000; id += 1) {
      untold.add(id, "token", async () => {
        most = Math.max(most, (underWay += 1));
        await Promise.resolve();
        underWay -= 1;
      });
    }
    await untold.tellAll();
    expect([untold.products, underWay]).to.deep.equal([0, 0]);
    expect(most).to.be.at.most(500);
  });
});
