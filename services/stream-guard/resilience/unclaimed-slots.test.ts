import { setImmediate as immediate } from "node:timers/promises";
import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import type { LeaseOrder } from "../leases.ts";
import { UnclaimedSlots } from "./unclaimed-slots.ts";

/** A store that answers when it is there, and what it was asked to take back. */
function createUnclaimed({ isAway = false, capacity = 10, retryMs = 1 } = {}) {
  const world = { isAway, refused: "", nowMs: 0 };
  const asked: string[] = [];
  const unclaimed = new UnclaimedSlots({
    leases: {
      takeBack({ orderId }) {
        asked.push(orderId);
        return world.isAway || orderId === world.refused
          ? Promise.reject(new Error("away"))
          : Promise.resolve();
      },
    },
    now: () => world.nowMs,
    retryMs,
    capacity,
  });
  return { world, asked, unclaimed };
}

const order = (orderId: string): LeaseOrder => ({
  ...{ caller: "caller", streamId: "a", nowMs: 0, expiresAtMs: 1_000, orderId },
});
const isEmpty = (unclaimed: UnclaimedSlots) =>
  pollUntil(() => unclaimed.count === 0, { what: "Nothing is unclaimed" });

describe("UnclaimedSlots", () => {
  it("asks twice for each, as the network may deliver a write late", async () => {
    const { unclaimed, asked } = createUnclaimed();
    for (const id of ["1", "2"]) unclaimed.giveBack(order(id));
    await isEmpty(unclaimed);
    expect(asked.toSorted()).to.deep.equal(["1", "1", "2", "2"]);
  });

  it("asks again until the store answers", async () => {
    const { unclaimed, asked, world } = createUnclaimed({ isAway: true });
    unclaimed.giveBack(order("1"));
    await pollUntil(() => asked.length >= 3, { what: "It was asked three times" });
    expect(unclaimed.count).to.equal(1);
    world.isAway = false;
    await isEmpty(unclaimed);
  });

  it("asks one at a time while the store is away", async () => {
    const { unclaimed, asked } = createUnclaimed({ isAway: true, retryMs: 60_000 });
    for (const id of ["1", "2", "3"]) unclaimed.giveBack(order(id));
    await immediate();
    expect(asked).to.deep.equal(["1"]);
    await unclaimed.stop();
  });

  it("goes on with the others when the store refuses one", async () => {
    const { unclaimed, asked, world } = createUnclaimed();
    world.refused = "1";
    for (const id of ["1", "2", "3"]) unclaimed.giveBack(order(id));
    await pollUntil(() => unclaimed.count === 1, { what: "The others are given back" });
    expect(asked.filter((id) => id !== "1").toSorted()).to.deep.equal(["2", "2", "3", "3"]);
    await unclaimed.stop();
  });

  it("leaves to the lease what is over by itself", async () => {
    const { unclaimed, asked, world } = createUnclaimed({ isAway: true });
    world.nowMs = 1_000;
    unclaimed.giveBack(order("1"));
    await isEmpty(unclaimed);
    expect(asked).to.deep.equal([]);
  });

  it("forgets the oldest when there are too many", async () => {
    const { unclaimed, asked, world } = createUnclaimed({ isAway: true, capacity: 2 });
    for (const id of ["1", "2", "3"]) unclaimed.giveBack(order(id));
    expect(unclaimed.count).to.equal(2);
    world.isAway = false;
    asked.length = 0;
    await isEmpty(unclaimed);
    expect(new Set(asked)).to.deep.equal(new Set(["2", "3"]));
  });

  it("tries everything once more when the process stops", async () => {
    const { unclaimed, asked, world } = createUnclaimed({ isAway: true });
    for (const id of ["1", "2"]) unclaimed.giveBack(order(id));
    world.isAway = false;
    await unclaimed.stop();
    expect(asked).to.include.members(["1", "2"]);
    expect(unclaimed.count).to.equal(0);
  });
});
