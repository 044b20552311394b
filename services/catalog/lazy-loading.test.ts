import { expect } from "chai";
import { pollUntil } from "../../shared/tools/local/processes/poll-until.ts";
import { StoreUnavailable } from "../../shared/kit/store-unavailable.ts";
import type { CacheAnswer, Copy, ProductCache } from "./product-cache.ts";
import type { StoredProduct } from "./product-store.ts";
import { LazyReader } from "./lazy-loading.ts";

const AGE_MS = 100_000;
const productAt = (version: string): StoredProduct => ({
  ...{ id: 7, name: "Samsung TV", priceCents: 14_000, version },
});
const copyOf = (product: StoredProduct | undefined): Copy => ({ product, ageMs: AGE_MS });
const fresh = (copy: Copy): CacheAnswer => ({ state: "fresh", copy });
const granted = (lease: string, copy?: Copy): CacheAnswer => ({ state: "granted", lease, copy });
const leased = (lease: string, copy?: Copy): CacheAnswer => ({ state: "leased", lease, copy });
const bypass = (copy?: Copy): CacheAnswer => ({ state: "bypass", copy });

/** A reader whose store and cache say what the test wants, and which calls they saw. */
function open({ waitMs = 1_000, patienceMs = 60_000 } = {}) {
  const calls: string[] = [];
  const loads: PromiseWithResolvers<StoredProduct | undefined>[] = [];
  const time = { nowMs: 0 };
  let answer: CacheAnswer = bypass();
  const next: CacheAnswer[] = [];
  const record = (name: string) => (_id: number, lease: unknown) => {
    calls.push(typeof lease === "string" ? `${name} ${lease}` : name);
    return Promise.resolve();
  };
  const cache: ProductCache = {
    lookUp: () => Promise.resolve(next.shift() ?? answer),
    fill: record("fill"),
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
    patienceMs,
    now: () => time.nowMs,
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
    /** Once each, before the answer that stays. */
    answers: (...some: CacheAnswer[]) => next.push(...some),
    finds: (count: number) =>
      pollUntil(() => calls.filter((call) => call === "find").length >= count, { what: "a load" }),
  };
}

const away = () => new StoreUnavailable("dynamodb");
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe("LazyReader", () => {
  it("answers a fresh copy without asking the store", async () => {
    const { read, calls } = open();
    const reading = await read(fresh(copyOf(productAt("v1"))));
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
    setTimeout(() => answer(fresh(copyOf(productAt("v1")))), 10);
    expect(await reading).to.include({ outcome: "hit" });
    expect(calls).to.deep.equal(["read hit"]);
  });

  it("forgives a look that had no answer while it waits, but not three in a row", async () => {
    const { read, answer, answers, loads, finds, calls } = open();
    const lucky = read(leased("s elsewhere"));
    answers(bypass(), bypass(), fresh(copyOf(productAt("v1"))));
    expect(await lucky).to.include({ outcome: "hit" });
    expect(calls).not.to.include("find");
    const blind = read(leased("s elsewhere"));
    answer(bypass());
    await finds(1);
    loads[0]?.resolve(productAt("v1"));
    expect(await blind).to.include({ outcome: "bypass" });
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

  it("lets those who come during a load past the cache share the next one", async () => {
    const { read, loads, finds } = open();
    const first = read(bypass());
    await finds(1);
    const later = [read(bypass()), read(bypass())];
    loads[0]?.resolve(productAt("v1"));
    await finds(2);
    loads[1]?.resolve(productAt("v2"));
    expect((await first).product?.version).to.equal("v1");
    for (const { product } of await Promise.all(later)) expect(product?.version).to.equal("v2");
    expect(loads).to.have.length(2);
  });

  it("loads again what is fresh no longer", async () => {
    const { read, loads, finds, calls } = open();
    const reading = read(granted("s t1", copyOf(productAt("v1"))));
    await finds(1);
    loads[0]?.resolve(productAt("v2"));
    expect(await reading).to.deep.include({ outcome: "miss", product: productAt("v2") });
    expect(calls).to.include("fill s t1");
  });

  const stale = { outcome: "stale", product: productAt("v1"), ageMs: AGE_MS };

  it("answers what is fresh no longer at once while somebody else loads it", async () => {
    const { read, calls } = open();
    expect(await read(leased("s elsewhere", copyOf(productAt("v1"))))).to.deep.equal(stale);
    expect(calls).to.deep.equal(["read stale"]);
  });

  for (const [state, answer] of [
    ["under a lease", granted("s t1", copyOf(productAt("v1")))],
    ["past the cache", bypass(copyOf(productAt("v1")))],
  ] as const) {
    it(`answers what is fresh no longer, and its age, when a load ${state} fails`, async () => {
      const { read, loads, finds, calls } = open();
      const reading = read(answer);
      await finds(1);
      loads[0]?.reject(away());
      expect(await reading).to.deep.equal(stale);
      expect(calls).to.include("loaded failed");
    });

    it(`answers what is fresh no longer when a load ${state} is slow, and loads on`, async () => {
      const { read, loads, finds, calls } = open({ patienceMs: 1 });
      expect(await read(answer)).to.deep.equal(stale);
      await finds(1);
      loads[0]?.resolve(productAt("v2"));
      await pollUntil(() => calls.includes("loaded found"), { what: "the load ends" });
    });
  }

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
    const reading = failure(read(granted("s t1", copyOf(undefined))));
    await finds(1);
    loads[0]?.reject(away());
    expect(await reading).to.be.instanceOf(StoreUnavailable);
  });
});
