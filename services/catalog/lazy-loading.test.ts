import { expect } from "chai";
import { pollUntil } from "../../shared/tools/local/processes/poll-until.ts";
import { StoreUnavailable } from "../../shared/kit/store-unavailable.ts";
import type { CacheAnswer, Copy, ProductCache, StoredProduct } from "./catalog.ts";
import { LazyReader } from "./lazy-loading.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const productAt = (version: string): StoredProduct => ({
  ...{ id: 7, name: "Samsung TV", priceCents: 14_000, version },
});
const copyOf = (product: StoredProduct | undefined, overrides: Partial<Copy> = {}): Copy => ({
  product,
  lease: "server token",
  loadedAtMs: NOON - 100_000,
  loadMs: 10,
  freshUntilMs: NOON + 1_000,
  keptUntilMs: NOON + 100_000,
  ...overrides,
});
const heldCopy = (copy: Copy): CacheAnswer => ({ state: "held", copy });
const granted = (lease: string): CacheAnswer => ({ state: "granted", lease });
const leased = (lease: string): CacheAnswer => ({ state: "leased", lease });

/** A reader whose store and cache say what the test wants, and which calls they saw. */
function open({ random = 0.5, waitMs = 1_000 } = {}) {
  const calls: string[] = [];
  const loads: PromiseWithResolvers<StoredProduct | undefined>[] = [];
  const time = { nowMs: NOON };
  let answer: CacheAnswer = { state: "closed" };
  const record = (name: string) => (_id: number, lease: unknown) => {
    calls.push(typeof lease === "string" ? `${name} ${lease}` : name);
    return Promise.resolve();
  };
  const cache: ProductCache = {
    lookUp: () => Promise.resolve(answer),
    fill: record("fill"),
    prolong: record("prolong"),
    release: record("release"),
    beginWrite: () => Promise.reject(new Error("readers do not write")),
  };
  const reader = new LazyReader({
    cache,
    store: {
      find() {
        calls.push("find");
        const load = Promise.withResolvers<StoredProduct | undefined>();
        loads.push(load);
        return load.promise;
      },
    },
    observer: {
      read: (outcome) => calls.push(`read ${outcome}`),
      loaded: (outcome) => calls.push(`loaded ${outcome}`),
    },
    waitMs,
    now: () => time.nowMs,
    random: () => random,
  });
  return {
    calls,
    loads,
    time,
    read: (next: CacheAnswer) => {
      answer = next;
      return reader.read(7);
    },
    answer: (next: CacheAnswer) => (answer = next),
    finds: (count: number) =>
      pollUntil(() => calls.filter((call) => call === "find").length >= count, { what: "a load" }),
  };
}

const away = () => new StoreUnavailable("dynamodb");
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe("LazyReader", () => {
  it("answers a fresh copy without asking the store", async () => {
    const { read, calls } = open();
    const reading = await read(heldCopy(copyOf(productAt("v1"))));
    expect(reading).to.deep.equal({ outcome: "hit", product: productAt("v1"), ageMs: 0 });
    expect(calls).to.deep.equal(["read hit"]);
  });

  it("loads under a lease it was granted, and fills the cache", async () => {
    const { read, loads, finds, calls } = open();
    const reading = read(granted("s t1"));
    await finds(1);
    loads[0]?.resolve(productAt("v1"));
    expect(await reading).to.include({ outcome: "miss" });
    expect(calls).to.deep.equal(["find", "loaded found", "fill s t1", "read miss"]);
  });

  it("shares the load of one lease", async () => {
    const { read, loads, finds, calls } = open();
    const readings = [read(granted("s t1")), read(leased("s t1")), read(leased("s t1"))];
    await finds(1);
    loads[0]?.resolve(productAt("v1"));
    for (const reading of await Promise.all(readings)) {
      expect(reading.product).to.deep.equal(productAt("v1"));
    }
    expect(calls.filter((call) => call === "find")).to.have.length(1);
  });

  it("does not share a load that began before a write, which voids its lease", async () => {
    const { read, loads, finds } = open();
    const before = read(granted("s t1"));
    await finds(1);
    const after = read(granted("s t2"));
    await finds(2);
    loads[1]?.resolve(productAt("v2"));
    expect((await after).product).to.deep.equal(productAt("v2"));
    loads[0]?.resolve(productAt("v1"));
    expect((await before).product).to.deep.equal(productAt("v1"));
  });

  it("waits for a load elsewhere and answers from the cache", async () => {
    const { read, answer, calls } = open();
    const reading = read(leased("s elsewhere"));
    setTimeout(() => answer(heldCopy(copyOf(productAt("v1")))), 10);
    expect(await reading).to.include({ outcome: "hit" });
    expect(calls).to.deep.equal(["read hit"]);
  });

  it("waits no longer than it may, then asks the store itself, without filling", async () => {
    const { read, time, loads, finds, calls } = open({ waitMs: 100 });
    const reading = read(leased("s elsewhere"));
    setTimeout(() => (time.nowMs += 100), 10);
    await finds(1);
    loads[0]?.resolve(productAt("v1"));
    expect(await reading).to.include({ outcome: "bypass" });
    expect(calls).to.deep.equal(["find", "loaded found", "read bypass"]);
  });

  it("lets those who come during a load past a closed cache share the next one", async () => {
    const { read, loads, finds } = open();
    const first = read({ state: "closed" });
    await finds(1);
    const later = [read({ state: "closed" }), read({ state: "closed" })];
    loads[0]?.resolve(productAt("v1"));
    await finds(2);
    loads[1]?.resolve(productAt("v2"));
    expect((await first).product?.version).to.equal("v1");
    for (const { product } of await Promise.all(later)) expect(product?.version).to.equal("v2");
    expect(loads).to.have.length(2);
  });

  it("loads again what is fresh no longer", async () => {
    const { read, loads, finds, calls } = open();
    const reading = read(heldCopy(copyOf(productAt("v1"), { freshUntilMs: NOON })));
    await finds(1);
    loads[0]?.resolve(productAt("v2"));
    expect(await reading).to.deep.include({ outcome: "miss", product: productAt("v2") });
    expect(calls).to.include("fill server token");
  });

  it("answers what is fresh no longer, and its age, while the store is away", async () => {
    const { read, loads, finds, calls } = open();
    const reading = read(heldCopy(copyOf(productAt("v1"), { freshUntilMs: NOON })));
    await finds(1);
    loads[0]?.reject(away());
    expect(await reading).to.deep.equal({
      ...{ outcome: "stale", product: productAt("v1"), ageMs: 100_000 },
    });
    expect(calls).to.include.members(["loaded failed", "prolong"]);
  });

  it("fails, and gives its lease back, when a cold product cannot be loaded", async () => {
    const { read, loads, finds, calls } = open();
    const reading = failure(read(granted("s t1")));
    await finds(1);
    loads[0]?.reject(away());
    expect(await reading).to.be.instanceOf(StoreUnavailable);
    expect(calls).to.deep.equal(["find", "loaded failed", "release s t1"]);
  });

  it("does not take a former not-found for an answer while the store is away", async () => {
    const { read, loads, finds } = open();
    const reading = failure(read(heldCopy(copyOf(undefined, { freshUntilMs: NOON }))));
    await finds(1);
    loads[0]?.reject(away());
    expect(await reading).to.be.instanceOf(StoreUnavailable);
  });

  it("refreshes a hot copy early, the likelier the longer its load takes, and answers at once", async () => {
    const slowToLoad = copyOf(productAt("v1"), { loadMs: 10_000 });
    const quickToLoad = copyOf(productAt("v1"), { loadMs: 10 });
    const { read, calls, loads, finds } = open({ random: 0.2 });
    expect(await read(heldCopy(quickToLoad))).to.include({ outcome: "hit" });
    expect(calls).not.to.include("find");
    expect(await read(heldCopy(slowToLoad))).to.include({ outcome: "hit" });
    expect(await read(heldCopy(slowToLoad))).to.include({ outcome: "hit" });
    await finds(1);
    loads[0]?.resolve(productAt("v2"));
    await pollUntil(() => calls.includes("fill server token"), { what: "the copy is replaced" });
    expect(loads).to.have.length(1);
  });

  it("goes on answering a fresh copy when its early refresh fails", async () => {
    const { read, loads, finds } = open({ random: 0.999 });
    const slowToLoad = heldCopy(copyOf(productAt("v1"), { loadMs: 10_000 }));
    await read(slowToLoad);
    await finds(1);
    loads[0]?.reject(away());
    expect(await read(slowToLoad)).to.include({ outcome: "hit" });
  });
});
