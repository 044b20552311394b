import { expect } from "chai";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { SeededFaults } from "../../../shared/tools/testing/dynamodb-faults.ts";
import { recordingLog } from "../../../shared/tools/testing/start-app.ts";
import { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import type { ProductStore } from "../product-store.ts";
import { DynamoDBProductStore } from "./product-store.ts";

let ids = 0;
const aProduct = () => ({ id: (ids += 1), name: "Samsung TV", priceCents: 1_999 });

/** The contract of `ProductStore`. */
function describeProductStore(name: string, open: () => ProductStore): void {
  describe(name, () => {
    let store: ProductStore;
    beforeEach(() => {
      store = open();
    });

    it("finds what was created, exactly", async () => {
      for (const priceCents of [0, 10, 1_999, 14_000, 9_999_999_999]) {
        const product = { ...aProduct(), name: "Ünïcødé 😀 \u0000", priceCents };
        const created = await store.create(product);
        expect(created).to.deep.equal({ ...product, version: created?.version });
        expect(await store.find(product.id)).to.deep.equal(created);
      }
    });

    it("finds nothing where nothing is", async () => {
      expect(await store.find(9_007_199_254_740_991)).to.equal(undefined);
    });

    it("creates one of many at once, and leaves it as it is", async () => {
      const product = aProduct();
      const names = Array.from({ length: 10 }, (_, index) => `name ${index}`);
      const created = await Promise.all(
        names.map((each) => store.create({ ...product, name: each })),
      );
      const winners = created.filter((each) => each !== undefined);
      expect(winners).to.have.length(1);
      expect(await store.find(product.id)).to.deep.equal(winners[0]);
    });

    it("puts with a new version each time, and tells whether there was one before", async () => {
      const product = aProduct();
      const first = await store.put(product);
      const second = await store.put({ ...product, name: "LG TV" });
      expect([first?.outcome, second?.outcome]).to.deep.equal(["created", "replaced"]);
      expect(first?.product.version).not.to.equal(second?.product.version);
      expect(await store.find(product.id)).to.deep.equal(second?.product);
    });

    it("puts only where the product is as expected", async () => {
      const product = aProduct();
      expect(await store.put(product, "any")).to.equal(undefined);
      expect(await store.put(product, ["x"])).to.equal(undefined);
      expect(await store.find(product.id)).to.equal(undefined);
      const created = await store.create(product);
      expect(await store.put(product, ["x", "y"])).to.equal(undefined);
      expect(await store.put(product, [])).to.equal(undefined);
      expect(await store.find(product.id)).to.deep.equal(created);
      expect((await store.put(product, ["x", created!.version]))?.outcome).to.equal("replaced");
      expect(await store.put(product, [created!.version])).to.equal(undefined);
      expect((await store.put(product, "any"))?.outcome).to.equal("replaced");
      expect(await store.put(product, "none")).to.equal(undefined);
      await store.remove(product.id);
      expect((await store.put(product, "none"))?.outcome).to.equal("created");
    });

    it("lets one of many win who all expect the same version", async () => {
      const { id, version } = (await store.create(aProduct()))!;
      const writes = Array.from({ length: 10 }, (_, index) =>
        store.put({ id, name: `name ${index}`, priceCents: index }, [version]),
      );
      const winners = (await Promise.all(writes)).filter((each) => each !== undefined);
      expect(winners).to.have.length(1);
      expect(await store.find(id)).to.deep.equal(winners[0]?.product);
    });

    it("removes, once and as expected", async () => {
      const { id, version } = (await store.create(aProduct()))!;
      expect(await store.remove(id, ["x"])).to.equal("mismatch");
      expect(await store.remove(id, [version])).to.equal("removed");
      expect(await store.find(id)).to.equal(undefined);
      expect(await store.remove(id)).to.equal("absent");
      expect(await store.remove(id, "any")).to.equal("mismatch");
    });

    it("never gives a version again, not even to a product that was removed meanwhile", async () => {
      const product = aProduct();
      const former = (await store.create(product))!;
      await store.remove(product.id);
      await store.create(product);
      expect(await store.put(product, [former.version])).to.equal(undefined);
    });

    it("lists every product once, page by page", async () => {
      const created = [];
      for (let count = 0; count < 7; count += 1) created.push((await store.create(aProduct()))!.id);
      const seen: number[] = [];
      let after: number | undefined;
      do {
        const page = await store.list(2, after);
        expect(page.products).to.have.length.within(1, 2);
        seen.push(...page.products.map(({ id }) => id));
        after = page.nextAfter;
      } while (after !== undefined);
      expect(new Set(seen)).to.have.property("size", seen.length);
      expect(seen).to.include.members(created);
    });
  });
}

describe("DynamoDBProductStore", () => {
  let server: DynamodbServer;
  let faulty: StrictDynamoDB;
  let table: string;
  let versions = 0;
  const open = () =>
    new DynamoDBProductStore({
      client: createDynamoDB({
        endpoint: faulty.url,
        region: localRegion,
        timeoutMs: 5_000,
        maxAttempts: 1,
      }),
      table,
      log: recordingLog().log,
      newVersion: () => `v${(versions += 1)}`,
    });
  before(async () => {
    server = await DynamodbServer.start();
    faulty = await StrictDynamoDB.start(server.url);
    Object.assign(process.env, localAwsEnvironment(server.url));
    ({ products: table } = await server.createTables());
  });
  after(async () => {
    await faulty[Symbol.asyncDispose]();
    await server.stop();
  });

  describeProductStore("as a ProductStore", open);

  it("does not take its own write for another's when the reply was lost", async () => {
    const store = open();
    const product = aProduct();
    faulty.takeCalls();
    faulty.loseReply("PutItem");
    const created = await store.create(product);
    expect(created).to.include(product);
    expect(faulty.takeCalls().filter((action) => action === "PutItem")).to.have.length(2);
    faulty.loseReply("PutItem");
    expect((await store.put(product, [created!.version]))?.outcome).to.equal("replaced");
  });

  it("still tells that an id is taken when the reply was lost", async () => {
    const store = open();
    const product = aProduct();
    await store.create(product);
    faulty.loseReply("PutItem");
    expect(await store.create(product)).to.equal(undefined);
  });

  it("sends a write without a condition once, so that it undoes no later one", async () => {
    const store = open();
    const product = aProduct();
    faulty.takeCalls();
    faulty.loseReply("PutItem");
    expect(await store.put(product).catch((error: unknown) => error)).to.be.instanceOf(
      StoreUnavailable,
    );
    expect(faulty.takeCalls()).to.deep.equal(["PutItem"]);
  });

  it("lists every product once from a table whose pages are short or empty", async () => {
    const store = open();
    const created: number[] = [];
    for (let count = 0; count < 30; count += 1) created.push((await store.create(aProduct()))!.id);
    faulty.seededFaults = new SeededFaults(7, { shortPage: 0.9 });
    const seen: number[] = [];
    let after: number | undefined;
    do {
      const page = await store.list(10, after);
      expect(page.products.length).to.be.at.most(10);
      seen.push(...page.products.map(({ id }) => id));
      after = page.nextAfter;
    } while (after !== undefined);
    faulty.seededFaults = undefined;
    expect(new Set(seen)).to.have.property("size", seen.length);
    expect(seen).to.include.members(created);
  });

  it("gives no cursor to an empty page", async () => {
    const store = open();
    const all = (await store.list(1_000)).products.length;
    expect(await store.list(all)).to.have.property("nextAfter", undefined);
    expect((await store.list(all - 1)).nextAfter).to.be.a("number");
  });

  it("says that a write may have happened when its second call was refused", async () => {
    const store = open();
    faulty.takeCalls();
    faulty.loseReply("PutItem");
    const created = store.create(aProduct());
    await pollUntil(() => faulty.takeCalls().includes("PutItem"), {
      what: "the first call",
      intervalMs: 1,
    });
    faulty.seededFaults = new SeededFaults(7, { throttled: 1 });
    const failure = await created.catch((error: unknown) => error);
    faulty.seededFaults = undefined;
    expect(failure).to.be.instanceOf(StoreUnavailable).and.include({ mayHaveRun: true });
  });

  it("throws StoreUnavailable for every verb while DynamoDB is away", async () => {
    const store = open();
    faulty.isAway = true;
    const calls = [
      store.find(1),
      store.list(1),
      store.create(aProduct()),
      store.put(aProduct()),
      store.remove(1),
      store.check(),
    ];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).to.have.property("reason").that.is.instanceOf(StoreUnavailable);
    }
    faulty.isAway = false;
    expect(await store.find(9_007_199_254_740_991)).to.equal(undefined);
  });
});
