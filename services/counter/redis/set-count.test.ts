import { expect } from "chai";
import type { HitBatch } from "../counter.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import { LocalStores } from "../testing/local-stores.ts";
import { Pages } from "./pages.ts";
import { RedisStore } from "./redis-store.ts";

/** Takes the first beginning of an epoch, and says that it did not. */
class LossyLedger extends LedgerStore {
  #begins = 0;

  override async begin(...args: Parameters<LedgerStore["begin"]>): Promise<boolean> {
    return (await super.begin(...args)) && (this.#begins += 1) > 1;
  }
}

describe("A count that is set in Redis", () => {
  let stores: LocalStores;
  let ledger: LedgerStore;
  let names = 0;

  const newName = () => `n${(names += 1)}`;
  const hits = (page: string, count = 1): HitBatch => ({
    page,
    hits: count,
    bots: 0,
    visitors: [],
  });
  const openLedger = (Store = LedgerStore) =>
    new Store({ client: stores.dynamodb, table: "counters", now: Date.now });
  const open = (own = ledger) => {
    const pages = new Pages({ redis: stores.redis, writer: newName() });
    return new RedisStore({ pages, ledger: own, now: Date.now });
  };

  before(async () => {
    stores = await LocalStores.start();
    ledger = openLedger();
  });
  after(() => stores[Symbol.asyncDispose]());

  it("keeps in the ledger by how much a set moved the count, with the hits of any instance", async () => {
    const page = newName();
    const [store, other] = [open(), open()];
    await store.add(hits(page, 3));
    await other.add(hits(page, 4));
    await store.set(page, 1_000_000);
    await other.add(hits(page, 2));
    await other.set(page, 5);
    const { count } = await store.add(hits(page));
    const { moved = 0 } = (await ledger.find(page)) ?? {};
    expect([count, count - moved]).to.deep.equal([6, 10]);
  });

  it("moves nothing for a set whose own reply was lost", async () => {
    const page = newName();
    await open().add(hits(page, 3));
    await open(openLedger(LossyLedger)).set(page, 100);
    const { count } = await open().add(hits(page));
    const { moved = 0 } = (await ledger.find(page)) ?? {};
    expect([count, count - moved]).to.deep.equal([101, 4]);
  });
});
