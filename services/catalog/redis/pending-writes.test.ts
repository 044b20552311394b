import { expect } from "chai";
import { PendingWrites } from "./pending-writes.ts";

describe("PendingWrites", () => {
  it("announces of the ends that come too late for their writes the last one of each product", async () => {
    const pending = new PendingWrites();
    const announced: string[] = [];
    const end = (id: number, token: string) => {
      pending.add(id, token, () => Promise.resolve(announced.push(token)));
      return pending.isAnnouncedWithin(id, token, 0);
    };
    for (const token of ["a", "b", "c"]) expect(await end(1, token)).to.equal(false);
    expect(await end(2, "d")).to.equal(false);
    pending.add(1, "begun", () => Promise.resolve(announced.push("begun")));
    await pending.announceAll();
    expect(announced).to.have.members(["c", "begun", "d"]);
    expect(pending.products).to.equal(0);
  });

  it("announces thousands without having more under way than Redis answers in time", async () => {
    const pending = new PendingWrites();
    let [underWay, most] = [0, 0];
    for (let id = 1; id <= 3_000; id += 1) {
      pending.add(id, "token", async () => {
        most = Math.max(most, (underWay += 1));
        await Promise.resolve();
        underWay -= 1;
      });
    }
    await pending.announceAll();
    expect([pending.products, underWay]).to.deep.equal([0, 0]);
    expect(most).to.be.at.most(500);
  });
});
