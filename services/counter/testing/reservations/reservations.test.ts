import { LocalStores } from "../local-stores.ts";
import { walkPages } from "./walk-pages.ts";

describe("Reservations", () => {
  it("give no number twice and skip few, whatever happens to two instances and their stores", async () => {
    await using stores = await LocalStores.start();
    await walkPages(stores, { numRuns: 60, seed: 12 });
  });
});
