import { LocalStores } from "../local-stores.ts";
import { walkPages } from "./walk-pages.ts";

describe("Reservations, at length", () => {
  it("give no number twice and skip few, whatever happens to two instances and their stores", async function () {
    this.timeout(600_000);
    await using stores = await LocalStores.start();
    await walkPages(stores, { numRuns: 1_000 });
  });
});
