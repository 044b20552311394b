import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { CircuitState } from "cockatiel";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { createRedis, type Redis } from "../../../shared/kit/redis.ts";
import { recordingLog } from "../../../shared/tools/testing/start-app.ts";
import { TcpProxy } from "../../../shared/tools/testing/tcp-proxy.ts";
import type { CacheAnswer, Load, StoredProduct } from "../catalog.ts";
import { closedCache } from "../uncached.ts";
import { RedisProductCache, type RedisProductCacheOptions } from "./product-cache.ts";

const LOOK_UP_MS = 200;

let words = 0;
let id = 0;

/** One instance's cache; `far` reaches Redis through a proxy. */
interface Instance {
  redis: Redis;
  cache: RedisProductCache;
}

function openInstance(url: string, overrides: Partial<RedisProductCacheOptions> = {}): Instance {
  const redis = createRedis({ url, timeoutMs: 500, log: recordingLog().log });
  const cache = new RedisProductCache({
    redis,
    lookUpTimeoutMs: LOOK_UP_MS,
    ttlSeconds: 3_600,
    freshSeconds: 3_000,
    absentSeconds: 10,
    leaseMs: 5_000,
    writeMs: 5_000,
    halfOpenAfterMs: 50,
    now: () => Date.now(),
    random: () => 0.5,
    newToken: () => (words += 1).toString(16).padStart(8, "0"),
    ...overrides,
  });
  return { redis, cache };
}

const product = (version = "v1"): StoredProduct => ({
  ...{ id, name: "Samsung TV 😀", priceCents: 1_999, version },
});
const loadOf = (stored: StoredProduct | undefined): Load => ({
  ...{ product: stored, loadedAtMs: Date.now(), loadMs: 3 },
});
const leaseOf = (answer: CacheAnswer): string => {
  if (answer.state === "closed") throw new Error("closed");
  return answer.state === "held" ? answer.copy.lease : answer.lease;
};
const held = (answer: CacheAnswer) =>
  answer.state === "held" ? answer.copy.product : answer.state;

describe("RedisProductCache", () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let near: Instance;
  let far: Instance;
  let dataDir: string;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "product-cache-"));
    server = await RedisServer.start({ dataDir });
    proxy = await TcpProxy.start(server.url);
    near = openInstance(server.url);
    far = openInstance(`redis://127.0.0.1:${proxy.port}`);
  });
  after(async () => {
    for (const { cache, redis } of [near, far]) {
      await cache.close();
      await redis.close();
    }
    await proxy[Symbol.asyncDispose]();
    await server.stop();
    await rm(dataDir, { recursive: true });
  });
  beforeEach(async () => {
    id += 1;
    await proxy.heal();
    for (const { cache } of [near, far]) {
      await pollUntil(async () => (await cache.lookUp(0)).state !== "closed", {
        what: "Redis is reached",
      });
    }
  });

  const key = () => `product:v1:${id}`;
  const ttl = () => near.redis.run((client) => client.ttl(key()));
  const fillWith = async (stored: StoredProduct | undefined) => {
    await near.cache.fill(id, leaseOf(await near.cache.lookUp(id)), loadOf(stored));
  };

  it("gives one reader of all the lease, and tells the others who has it", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? near : far).cache.lookUp(id)),
    );
    // Those who asked in one call share its answer; every answer names the one lease.
    expect(new Set(answers.map(leaseOf))).to.have.property("size", 1);
    expect(answers.map(({ state }) => state)).to.include.members(["granted", "leased"]);
  });

  it("holds for every instance what was filled under the lease, exactly", async () => {
    const load = loadOf(product());
    await near.cache.fill(id, leaseOf(await near.cache.lookUp(id)), load);
    const answer = await far.cache.lookUp(id);
    expect(answer).to.have.property("state", "held");
    expect(answer)
      .to.have.property("copy")
      .that.includes({ loadMs: 3, loadedAtMs: load.loadedAtMs });
    expect(held(answer)).to.deep.equal(product());
  });

  it("keeps a product for an hour, ± 10 %, and calls it fresh for less", async () => {
    for (const [random, seconds] of [
      [0, 3_240],
      [0.5, 3_600],
      [0.999_999, 3_960],
    ] as const) {
      id += 1000;
      const { cache, redis } = openInstance(server.url, { random: () => random });
      await pollUntil(async () => (await cache.lookUp(id)).state !== "closed", { what: "ready" });
      await cache.fill(id, leaseOf(await cache.lookUp(id)), loadOf(product()));
      expect(await ttl()).to.be.within(seconds - 2, seconds);
      const answer = await cache.lookUp(id);
      if (answer.state !== "held") throw new Error(answer.state);
      expect(answer.copy.freshUntilMs - Date.now()).to.be.within(2_990_000, 3_000_000);
      expect(answer.copy.keptUntilMs - Date.now()).to.be.within(
        (seconds - 10) * 1_000,
        seconds * 1_000,
      );
      await redis.close();
    }
  });

  it("keeps for ten seconds that there is no such product", async () => {
    await fillWith(undefined);
    expect(held(await far.cache.lookUp(id))).to.equal(undefined);
    expect(await ttl()).to.be.within(8, 10);
  });

  it("forgets on a write, on every instance", async () => {
    await fillWith(product());
    await (await far.cache.beginWrite(id)).settle();
    expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
  });

  it("is closed for everybody while a product is being written", async () => {
    await fillWith(product());
    const mark = await far.cache.beginWrite(id);
    expect(await near.cache.lookUp(id)).to.deep.equal({ state: "closed" });
    await mark.settle();
    expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
  });

  it("stays closed until the last of several writes has ended", async () => {
    const first = await near.cache.beginWrite(id);
    const second = await far.cache.beginWrite(id);
    await first.settle();
    expect(await near.cache.lookUp(id)).to.deep.equal({ state: "closed" });
    await second.settle();
    expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
  });

  it("opens by itself when the end of a write is never told", async () => {
    const { cache, redis } = openInstance(server.url, { writeMs: 60 });
    await pollUntil(async () => (await cache.lookUp(0)).state !== "closed", { what: "ready" });
    await cache.beginWrite(id);
    await pollUntil(async () => (await near.cache.lookUp(id)).state === "granted", {
      what: "open",
    });
    await redis.close();
  });

  const writes = {
    "has begun": () => far.cache.beginWrite(id),
    "has ended": async () => (await far.cache.beginWrite(id)).settle(),
    "has ended and the product was loaded again": async () => {
      await (await far.cache.beginWrite(id)).settle();
      await far.cache.fill(id, leaseOf(await far.cache.lookUp(id)), loadOf(product("v2")));
    },
  };
  for (const [when, write] of Object.entries(writes)) {
    it(`keeps neither an old product nor a late not-found once a write ${when}`, async () => {
      for (const former of [product("v1"), undefined]) {
        id += 1;
        const lease = leaseOf(await near.cache.lookUp(id));
        await write();
        const before = await near.redis.run((client) => client.get(key()));
        await near.cache.fill(id, lease, loadOf(former));
        expect(await near.redis.run((client) => client.get(key()))).to.equal(before);
      }
    });
  }

  it("lets one of two refresh the same copy", async () => {
    await fillWith(product("v1"));
    const lease = leaseOf(await near.cache.lookUp(id));
    await far.cache.fill(id, lease, loadOf(product("v2")));
    await near.cache.fill(id, lease, loadOf(product("v3")));
    expect(held(await near.cache.lookUp(id))).to.deep.equal(product("v2"));
  });

  it("gives the lease to the next when it comes back unused, or its time is over", async () => {
    const lease = leaseOf(await near.cache.lookUp(id));
    await near.cache.release(id, lease);
    expect(await far.cache.lookUp(id)).to.have.property("state", "granted");
    const { cache, redis } = openInstance(server.url, { leaseMs: 40 });
    await pollUntil(async () => (await cache.lookUp(0)).state !== "closed", { what: "ready" });
    id += 1000;
    await cache.lookUp(id);
    await pollUntil(async () => (await near.cache.lookUp(id)).state === "granted", {
      what: "lease",
    });
    await redis.close();
  });

  it("prolongs a copy near its end without calling it fresh", async () => {
    await fillWith(product());
    const answer = await near.cache.lookUp(id);
    if (answer.state !== "held") throw new Error(answer.state);
    const { copy } = answer;
    await near.redis.run((client) => client.expire(key(), 60));
    await near.cache.prolong(id, copy);
    expect(await ttl()).to.be.at.most(60);
    await near.cache.prolong(id, { ...copy, keptUntilMs: Date.now() + 60_000 });
    expect(await ttl()).to.be.within(3_598, 3_600);
    const prolonged = await near.cache.lookUp(id);
    expect(prolonged).to.have.nested.property("copy.freshUntilMs", copy.freshUntilMs);
    expect(prolonged).to.have.nested.property("copy.loadedAtMs", copy.loadedAtMs);
  });

  it("takes what is not its own for nothing", async () => {
    for (const text of ["", "140", '{"id":1}', "product x y z"]) {
      await near.redis.run((client) => client.set(key(), text));
      expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
    }
    await near.redis.run((client) => client.del(key()));
    await near.redis.run((client) => client.hSet(key(), "id", "1"));
    expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
  });

  it("uses nothing of a Redis that was restarted, though its file has it all", async () => {
    await fillWith(product());
    const lease = leaseOf(await near.cache.lookUp((id += 1)));
    await server.kill();
    await server.start();
    await pollUntil(async () => (await near.cache.lookUp(0)).state !== "closed", { what: "back" });
    expect(await near.redis.run((client) => client.get(`product:v1:${id - 1}`))).to.match(
      /^product/,
    );
    expect(await near.cache.lookUp(id - 1)).to.have.property("state", "granted");
    await near.cache.fill(id, lease, loadOf(product()));
    expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
  });

  it("is closed at once while Redis is gone, and opens by itself", async () => {
    await proxy.cut();
    expect(await far.cache.lookUp(id)).to.deep.equal({ state: "closed" });
    await far.cache.fill(id, "a b", loadOf(product()));
    await far.cache.release(id, "a b");
    await proxy.heal();
    await pollUntil(async () => (await far.cache.lookUp(id)).state !== "closed", { what: "back" });
  });

  it("breaks the circuit of a Redis that hangs, and tries it with one look-up at a time", async () => {
    const slow = openInstance(`redis://127.0.0.1:${proxy.port}`, { lookUpTimeoutMs: 25 });
    await pollUntil(async () => (await slow.cache.lookUp(0)).state !== "closed", { what: "ready" });
    proxy.block();
    for (let count = 0; count < 3; count += 1) {
      expect(await slow.cache.lookUp(id)).to.deep.equal({ state: "closed" });
    }
    expect(slow.cache.circuit).to.equal(CircuitState.Open);
    const asked = slow.cache.lookUp(id);
    expect(await Promise.race([asked, delay(5, "late")])).to.deep.equal({ state: "closed" });
    await proxy.heal();
    await pollUntil(() => slow.cache.lookUp(id).then(({ state }) => state !== "closed"), {
      what: "the circuit closes",
    });
    expect(slow.cache.circuit).to.equal(CircuitState.Closed);
    await slow.redis.close();
  });

  it("tells a write later that Redis could not hear of, and asks it nothing until then", async () => {
    await fillWith(product());
    await proxy.cut();
    const mark = await far.cache.beginWrite(id);
    await mark.settle();
    expect(far.cache.unsettledProducts).to.equal(1);
    await proxy.heal();
    // Nothing of the former product, neither before Redis is told nor after.
    await pollUntil(
      async () => {
        expect(held(await far.cache.lookUp(id))).to.be.oneOf(["closed", "granted", "leased"]);
        return far.cache.unsettledProducts === 0;
      },
      { what: "Redis is told" },
    );
    expect(held(await near.cache.lookUp(id))).to.be.oneOf(["granted", "leased"]);
  });

  it("closes a product later whose write may still happen", async () => {
    await fillWith(product());
    await proxy.cut();
    await far.cache.beginWrite(id);
    await proxy.heal();
    await pollUntil(() => far.cache.unsettledProducts === 0, { what: "Redis is told" });
    expect(await near.cache.lookUp(id)).to.deep.equal({ state: "closed" });
  });

  it("does not let in what was loaded before a write that Redis has not heard of", async () => {
    const lease = leaseOf(await far.cache.lookUp(id));
    await proxy.cut();
    await (await far.cache.beginWrite(id)).settle();
    await proxy.heal();
    await pollUntil(async () => (await far.redis.run((client) => client.ping())) !== "", {
      what: "Redis is back",
    });
    await far.cache.fill(id, lease, loadOf(product("v1")));
    expect(held(await near.cache.lookUp(id))).to.be.a("string");
  });
});

describe("closedCache", () => {
  it("knows nothing and keeps nothing", async () => {
    await closedCache.fill(1, "a b", loadOf(product()));
    await (await closedCache.beginWrite(1)).settle();
    expect(await closedCache.lookUp(1)).to.deep.equal({ state: "closed" });
  });
});
