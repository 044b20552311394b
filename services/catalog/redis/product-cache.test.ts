import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { TcpProxy } from "../../../shared/tools/testing/tcp-proxy.ts";
import {
  type RedisUnderTest,
  startRedisUnderTest,
} from "../../../shared/tools/testing/redis-under-test.ts";
import type { CacheAnswer } from "../product-cache.ts";
import type { StoredProduct } from "../product-store.ts";
import { type Instance, openInstance, QUARANTINE_MS, use } from "../testing/cache-instance.ts";
import { keysOf } from "./keys.ts";

/** As Redis 7.0 says it within a script, and as others do. */
const NO_PERMISSION = /can't run this command|NOPERM/;

let id = 0;

const product = (version = "v1"): StoredProduct => ({
  ...{ id, name: "Samsung TV 😀", priceCents: 1_999, version },
});
const leaseOf = (answer: CacheAnswer): string => {
  if (answer.state === "granted" || answer.state === "leased") return answer.lease;
  throw new Error(`no lease but ${answer.state}`);
};
/** The product, where it may be answered without asking the store; else the state. */
const held = (answer: CacheAnswer) =>
  answer.state === "fresh" ? answer.copy.product : answer.state;

describe("RedisProductCache", () => {
  let underTest: RedisUnderTest;
  let proxy: TcpProxy;
  let near: Instance;
  /** Reaches Redis through the proxy. */
  let far: Instance;

  before(async () => {
    underTest = await startRedisUnderTest();
    proxy = await TcpProxy.start(underTest.url);
    near = open();
    far = open(`redis://127.0.0.1:${proxy.port}`);
  });
  after(async () => {
    for (const instance of [near, far]) await instance[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await underTest[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    id += 1;
    await proxy.heal();
    for (const instance of [near, far]) await use(instance);
  });

  const open = (url = underTest.url, overrides: Parameters<typeof openInstance>[1] = {}) =>
    openInstance(url, { isCluster: underTest.isCluster, ...overrides });
  const key = () => keysOf(id)[0];
  const guard = () => keysOf(id)[1];
  const ttl = () => near.redis.run((client) => client.ttl(key()));
  const text = (name = key()) => near.redis.run((client) => client.get(name));
  const fillWith = async (stored: StoredProduct | undefined) => {
    await near.cache.fill(id, leaseOf(await near.cache.lookUp(id)), stored);
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
    await fillWith(product());
    const answer = await far.cache.lookUp(id);
    expect(held(answer)).to.deep.equal(product());
    expect(answer).to.have.nested.property("copy.ageMs").that.is.within(0, 5_000);
  });

  it("keeps a product for an hour, ± 10 %", async () => {
    for (const [random, seconds] of [
      [0, 3_240],
      [0.5, 3_600],
      [0.999_999, 3_960],
    ] as const) {
      id += 1000;
      await using instance = open(underTest.url, { random: () => random });
      await use(instance);
      const { cache } = instance;
      await cache.fill(id, leaseOf(await cache.lookUp(id)), product());
      expect(await ttl()).to.be.within(seconds - 2, seconds);
    }
  });

  it("gives the lease of what is fresh no longer to one, and the copy to all", async () => {
    await using brief = open(underTest.url, { cacheFreshSeconds: 0 });
    await use(brief);
    await brief.cache.fill(id, leaseOf(await brief.cache.lookUp(id)), product());
    for (const state of ["granted", "leased"]) {
      const answer = await near.cache.lookUp(id);
      expect(answer).to.have.property("state", state);
      expect(answer).to.have.nested.property("copy.product").that.deep.equals(product());
    }
  });

  it("keeps for ten seconds that there is no such product", async () => {
    await fillWith(undefined);
    expect(await far.cache.lookUp(id)).to.have.property("state", "fresh");
    expect(held(await far.cache.lookUp(id))).to.equal(undefined);
    expect(await ttl()).to.be.within(8, 10);
  });

  it("forgets what a write has changed, on every instance", async () => {
    await fillWith(product());
    const isSettled = await (await far.cache.beginWrite(id)).settle();
    expect(isSettled).to.equal(true);
    expect(await near.cache.lookUp(id)).to.deep.include({ state: "granted", copy: undefined });
  });

  it("sends everybody to the store while a product is written, with the copy for outages", async () => {
    await fillWith(product());
    const write = await far.cache.beginWrite(id);
    const answer = await near.cache.lookUp(id);
    expect(answer).to.have.property("state", "bypass");
    expect(answer).to.have.nested.property("copy.product").that.deep.equals(product());
    await write.settle();
    expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
  });

  it("keeps the copy of a write that was refused, to be loaded again", async () => {
    await fillWith(product());
    await (await far.cache.beginWrite(id)).cancel();
    const answer = await near.cache.lookUp(id);
    expect(answer).to.have.property("state", "granted");
    expect(answer).to.have.nested.property("copy.product").that.deep.equals(product());
    expect(await ttl()).to.be.greaterThan(3_000);
  });

  it("sends to the store until the last of several writes has ended", async () => {
    const first = await near.cache.beginWrite(id);
    const second = await far.cache.beginWrite(id);
    await first.settle();
    expect(await near.cache.lookUp(id)).to.have.property("state", "bypass");
    await second.cancel();
    expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
  });

  it("does not trust the copy of a write whose end is never told", async () => {
    await fillWith(product());
    await using brief = open(underTest.url, { writeMs: 60 });
    await use(brief);
    await brief.cache.beginWrite(id);
    await pollUntil(async () => (await near.cache.lookUp(id)).state === "granted", {
      what: "the mark is gone",
    });
    expect(await near.cache.lookUp(id)).to.have.property("state", "leased");
  });

  const writes = {
    "has begun": () => far.cache.beginWrite(id),
    "has ended": async () => (await far.cache.beginWrite(id)).settle(),
    "has ended, its begin unheard": async () => {
      await proxy.cut();
      const write = await far.cache.beginWrite(id);
      await proxy.heal();
      await use(far);
      await write.settle();
    },
    "has ended and the product was loaded again": async () => {
      await (await far.cache.beginWrite(id)).settle();
      await far.cache.fill(id, leaseOf(await far.cache.lookUp(id)), product("v2"));
    },
  };

  for (const [when, write] of Object.entries(writes)) {
    it(`keeps neither an old product nor a late not-found once a write ${when}`, async () => {
      for (const former of [product("v1"), undefined]) {
        id += 1;
        const lease = leaseOf(await near.cache.lookUp(id));
        await write();
        const before = await text();
        await near.cache.fill(id, lease, former);
        expect(await text()).to.equal(before);
      }
    });
  }

  it("gives the lease to the next when it comes back unused, or its time is over", async () => {
    await near.cache.release(id, leaseOf(await near.cache.lookUp(id)));
    expect(await far.cache.lookUp(id)).to.have.property("state", "granted");
    await using brief = open(underTest.url, { leaseMs: 40 });
    await use(brief);
    id += 1000;
    await brief.cache.lookUp(id);
    await pollUntil(async () => (await near.cache.lookUp(id)).state === "granted", {
      what: "lease",
    });
  });

  it("answers the copies of before when the clock of Redis has stepped back", async () => {
    await fillWith(product());
    const [server, loaded, fresh, ...json] = String(await text()).split(" ");
    const [later, freshLater] = [loaded, fresh].map((ms) => String(Number(ms) + 3_600_000));
    const stepped = [server, later, freshLater, ...json].join(" ");
    await near.redis.run((client) => client.set(key(), stepped));
    expect(await near.cache.lookUp(id)).to.deep.equal({
      state: "fresh",
      copy: { product: product(), ageMs: 0 },
    });
  });

  it("keeps a copy on, near its end, for a store that is away", async () => {
    await fillWith(product());
    await (await near.cache.beginWrite(id)).cancel();
    await near.redis.run((client) => client.expire(key(), 60));
    await near.cache.release(id, leaseOf(await near.cache.lookUp(id)));
    expect(await ttl()).to.be.within(3_598, 3_600);
    expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
  });

  it("takes what is not its own for nothing", async () => {
    for (const nameOf of [key, guard]) {
      const name = nameOf();
      for (const junk of ["", "140", '{"id":1}', "abc 1 2", "lease x y z"]) {
        await near.redis.run((client) => client.set(name, junk));
        expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
        await near.redis.run((client) => client.del([key(), guard()]));
      }
      await near.redis.run((client) => client.hSet(name, "id", "1"));
      expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
      id += 1;
    }
  });

  describe("that loses its Redis", () => {
    it("leaves no lease behind where it has given up a look-up that Redis answers late", async () => {
      await using hasty = openInstance(`redis://127.0.0.1:${proxy.port}`, { leaseMs: 3_600_000 });
      await use(hasty);
      proxy.block();
      expect(await hasty.cache.lookUp(id)).to.deep.equal({ state: "bypass" });
      await proxy.heal();
      const ping = () => hasty.redis.run((client) => client.ping()).catch(() => undefined);
      await pollUntil(ping, { what: "Redis has answered the look-up" });
      await pollUntil(async () => (await text(`${key()}:guard`)) === null, {
        what: "the lease is taken back",
      });
      expect(await near.cache.lookUp(id)).to.have.property("state", "granted");
    });

    it("uses nothing of a Redis that was restarted, though its file has it all", async () => {
      await fillWith(product());
      const lease = leaseOf(await near.cache.lookUp((id += 1)));
      await underTest.first.kill();
      await underTest.first.start();
      await use(near);
      expect(await text(`product:v1:${id - 1}`)).to.include("Samsung TV");
      expect(await near.cache.lookUp(id - 1)).to.deep.include({
        state: "granted",
        copy: undefined,
      });
      await near.cache.fill(id, lease, product());
      expect(await near.cache.lookUp(id)).to.deep.include({ state: "granted", copy: undefined });
    });

    it("is not used from the moment Redis is gone until a while after it is back", async () => {
      await proxy.cut();
      expect(await far.cache.lookUp(id)).to.deep.equal({ state: "bypass" });
      await far.cache.fill(id, "a b", product());
      await far.cache.release(id, "a b");
      const startedMs = performance.now();
      await proxy.heal();
      await use(far);
      expect(performance.now() - startedMs).to.be.at.least(QUARANTINE_MS);
    });

    it("is used at once by an instance that starts, but not after beats of all have failed", async () => {
      await using quiet = await RedisServer.start();
      const link = { ...{ beatMs: 20, silenceMs: 200, trustMs: 1_000 }, graceMs: 100 };
      const open = () => openInstance(quiet.url, { link: { ...link, quarantineMs: 600_000 } });
      const beats = async () =>
        (await admin.redis.run((client) => client.get("product:v1:probe"))) ?? "";
      await using admin = open();
      await use(admin);
      await using another = open();
      await use(another);
      await admin.cache.close();
      await another[Symbol.asyncDispose]();
      const [server = "", last = "", since = ""] = (await beats()).split(" ");
      const before = `${server} ${Number(last) - 2_000} ${since}`;
      await admin.redis.run((client) => client.set("product:v1:probe", before));
      await using late = open();
      // The second beat is sent when the first one has been heard.
      const seen = new Set([before]);
      await pollUntil(async () => seen.add(await beats()).size > 2, {
        what: "beats",
        intervalMs: 5,
      });
      expect(late.cache.isTrusted).to.equal(false);
    });

    it("is used by an instance that starts, a quarantine after the clock of Redis stepped back", async () => {
      await using stepped = await RedisServer.start();
      await using admin = openInstance(stepped.url);
      await use(admin);
      const info = await admin.redis.run((client) => client.info("replication"));
      const [, server = ""] = /master_replid:(\w+)/.exec(info) ?? [];
      await admin.cache.close();
      const future = String(Date.now() + 3_600_000);
      await admin.redis.run((client) =>
        client.set("product:v1:probe", `${server} ${future} ${future}`),
      );
      await using late = openInstance(stepped.url);
      await use(late);
      expect(late.cache.isTrusted).to.equal(true);
    });

    it("asks a Redis that hangs no longer, and says so", async () => {
      await using brief = openInstance(`redis://127.0.0.1:${proxy.port}`, {
        link: { ...{ beatMs: 10, silenceMs: 50, trustMs: 400 }, graceMs: 100, quarantineMs: 50 },
      });
      await use(brief);
      proxy.block();
      await pollUntil(() => !brief.cache.isTrusted, { what: "trust has ended" });
      expect(await Promise.race([brief.cache.lookUp(id), delay(5, "late")])).to.deep.equal({
        state: "bypass",
      });
      const write = await brief.cache.beginWrite(id);
      expect(write.isMarked).to.equal(false);
      await pollUntil(() => brief.lines.length > 0, { what: "a line" });
      expect(brief.lines[0]).to.include({ msg: "redis is lost: reads go to DynamoDB" });
      await proxy.heal();
      await use(brief);
    });

    it("says what a Redis lacks that refuses its scripts", async () => {
      await using limited = await RedisServer.start();
      await using admin = openInstance(limited.url);
      await use(admin);
      await admin.redis.run((client) => client.sendCommand(["ACL", "SETUSER", "default", "-info"]));
      await using instance = openInstance(limited.url);
      await pollUntil(() => instance.lines.length > 0, { what: "a line" });
      expect(instance.lines[0]).to.have.nested.property("err.message").that.matches(NO_PERMISSION);
      expect(await instance.cache.lookUp(id)).to.deep.equal({ state: "bypass" });
      const refusal = await instance.cache.check().catch((error: unknown) => error);
      expect(refusal).to.have.property("message").that.matches(NO_PERMISSION);
    });

    it("tells a write later that Redis could not hear of, and asks it nothing until then", async () => {
      await fillWith(product());
      await proxy.cut();
      const write = await far.cache.beginWrite(id);
      expect(await write.settle()).to.equal(false);
      expect(far.cache.pendingProducts).to.equal(1);
      await proxy.heal();
      // Nothing of the former product, neither before Redis has the write nor after.
      await pollUntil(
        async () => {
          expect(held(await far.cache.lookUp(id))).to.be.oneOf(["bypass", "granted", "leased"]);
          return far.cache.pendingProducts === 0;
        },
        { what: "Redis has the write" },
      );
      expect(await near.cache.lookUp(id)).to.deep.include({ state: "granted", copy: undefined });
    });

    it("waits for a Redis that comes back soon", async () => {
      await using patient = openInstance(`redis://127.0.0.1:${proxy.port}`, {
        link: {
          ...{ beatMs: 20, silenceMs: 200, trustMs: 1_000 },
          graceMs: 20_000,
          quarantineMs: 0,
        },
      });
      await use(patient);
      await fillWith(product());
      await proxy.cut();
      const settled = (await patient.cache.beginWrite(id)).settle();
      await proxy.heal();
      expect(await settled).to.equal(true);
      expect(await near.cache.lookUp(id)).to.deep.include({ state: "granted", copy: undefined });
    });

    it("marks a product later whose write may still happen", async () => {
      await fillWith(product());
      await proxy.cut();
      await far.cache.beginWrite(id);
      await proxy.heal();
      await pollUntil(() => far.cache.pendingProducts === 0, { what: "Redis has the write" });
      expect(await near.cache.lookUp(id)).to.have.property("state", "bypass");
    });

    it("has nothing to tell of a write that was refused while Redis was away", async () => {
      await proxy.cut();
      await (await far.cache.beginWrite(id)).cancel();
      expect(far.cache.pendingProducts).to.equal(0);
    });
  });
});
