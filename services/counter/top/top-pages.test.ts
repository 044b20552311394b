import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { pino } from "pino";
import { readSettings } from "../../../shared/kit/config.ts";
import { createRedis } from "../../../shared/kit/redis.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import type { RunningApp } from "../../../shared/tools/testing/start-app.ts";
import { StrictTables } from "../../../shared/tools/testing/strict-tables.ts";
import { counterSettings } from "../config.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import { Pages } from "../redis/pages.ts";
import { RedisStore } from "../redis/redis-store.ts";
import { type CounterRedis, counterScripts } from "../redis/scripts.ts";
import { createTopPages, startCounter } from "../testing/start-counter.ts";

interface Instance {
  app: RunningApp;
  /** A round of the roll-up. */
  merge: () => Promise<void>;
}

interface Entry {
  page: string;
  count: number;
  href: string;
  as_of: string;
}

describe("UNLISTED_PAGES", () => {
  it("is a list of names; another one is refused with what is expected", () => {
    const read = (UNLISTED_PAGES: string) =>
      readSettings(counterSettings, { UNLISTED_PAGES }).unlistedPages;
    expect(read("home, a.b~c")).to.deep.equal(["home", "a.b~c"]);
    expect(read("")).to.deep.equal([]);
    for (const text of ["home,", "a/b", "a b"])
      expect(() => read(text)).to.throw(/UNLISTED_PAGES: expected .*names of pages/);
  });
});

for (const mode of ["Redis", "DynamoDB"] as const) {
  describe(`The top pages, counted in ${mode}`, () => {
    let tables: StrictTables;
    let redisServer: RedisServer;
    let redis: CounterRedis;
    let instances: Instance[];

    beforeEach(async () => {
      tables = await StrictTables.start();
      instances = [];
    });
    afterEach(async () => {
      for (const { app } of instances) await app[Symbol.asyncDispose]();
      await tables[Symbol.asyncDispose]();
    });
    if (mode === "Redis") {
      before(async () => {
        redisServer = await RedisServer.start();
        const log = pino({ level: "silent" });
        const scripts = counterScripts;
        redis = createRedis({ url: redisServer.url, timeoutMs: 5_000, log, scripts });
      });
      beforeEach(() => redis.run((client) => client.flushAll()));
      after(async () => {
        await redis.close();
        await redisServer.stop();
      });
    }

    const start = async (unlisted: string[] = [], onTotal = () => Promise.resolve()) => {
      const { client } = tables;
      const top = createTopPages({ client, unlisted, onTotal });
      const ledger = new LedgerStore({ client, table: "counters", now: Date.now });
      const store =
        mode === "Redis"
          ? new RedisStore({
              pages: new Pages({ redis, writer: randomUUID() }),
              ledger,
              now: Date.now,
            })
          : undefined;
      const onHit = () => undefined;
      const app = await startCounter({ client, onHit, top, ...(store && { store }) });
      const merge = () => top.merge(store && (() => store.counted.rollUp()));
      instances.push({ app, merge });
      return { app, merge } satisfies Instance;
    };
    const hit = ({ app }: Instance, page: string) =>
      fetch(`${app.url}/counter/${page}/hits`, { method: "POST" });
    const put = ({ app }: Instance, page: string, count: number) =>
      fetch(`${app.url}/counter/${page}`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ count }),
      });
    const list = async ({ app }: Instance, query = "order=top") => {
      const answer = await fetch(`${app.url}/counter?${query}`);
      return ((await answer.json()) as { pages: Entry[] }).pages;
    };
    const countsOf = async (instance: Instance) =>
      Object.fromEntries((await list(instance)).map(({ page, count }) => [page, count]));
    const hitTimes = async (instance: Instance, page: string, times: number) => {
      for (let hits = 0; hits < times; hits += 1) await hit(instance, page);
    };

    it("are those of two instances that merge at once, 25 of them, the highest first", async () => {
      const [one, other] = [await start(), await start()];
      for (let index = 1; index <= 15; index += 1) {
        await hitTimes(one, `one-${index}`, 1 + (index % 3));
        await hitTimes(other, `other-${index}`, 1 + (index % 3));
      }
      await Promise.all([one.merge(), other.merge()]);
      const pages = await list(await start());
      expect(pages.map(({ count }) => count)).to.deep.equal([
        ...[
          ...Array<number>(10).fill(3),
          ...Array<number>(10).fill(2),
          ...Array<number>(5).fill(1),
        ],
      ]);
      expect(new Set(pages.map(({ page }) => page))).to.have.property("size", 25);
      for (const { page, href } of pages) expect(href).to.equal(`/counter/${page}`);
      expect(await list(one, "order=top&limit=2")).to.have.lengthOf(2);
    });

    it("leave out unlisted ones, which count, and are no page of the other list", async () => {
      const instance = await start(["secret"]);
      await hit(instance, "open");
      await hitTimes(instance, "secret", 2);
      await put(instance, "secret", 7);
      await instance.merge();
      expect(await countsOf(instance)).to.deep.equal({ open: 1 });
      const all = await list(instance, "limit=100");
      expect(all.map(({ page }) => page)).to.have.members(["open", "secret"]);
      const answer = await fetch(`${instance.app.url}/counter/secret`);
      expect(await answer.json()).to.include({ count: 7 });
      // Another instance listed it, with the settings of an earlier deployment.
      const earlier = await start();
      await hit(earlier, "secret");
      await earlier.merge();
      expect(await countsOf(earlier)).to.deep.equal({ secret: 8, open: 1 });
      expect(await countsOf(await start(["secret"]))).to.deep.equal({ open: 1 });
    });

    it("go down when set lower and leave when removed, whatever others had noted", async () => {
      const [one, other] = [await start(), await start()];
      await hitTimes(other, "lower", 3);
      await hitTimes(other, "gone", 3);
      await hitTimes(other, "stays", 2);
      await other.merge();
      await hit(other, "lower");
      await hit(other, "gone");
      await put(one, "lower", 1);
      await fetch(`${one.app.url}/counter/gone`, { method: "DELETE" });
      await one.merge();
      expect(await list(one)).to.have.deep.nested.property("[0].page", "stays");
      expect(await countsOf(one)).to.deep.equal({ stays: 2, lower: 1 });
      await other.merge();
      expect(await countsOf(other)).to.deep.equal({ stays: 2, lower: 1 });
    });

    it("stay without a page that was removed while a merge held its count", async () => {
      const { promise: reached, resolve: reach } = Promise.withResolvers<undefined>();
      const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
      const one = await start();
      const other = await start([], async () => {
        reach(undefined);
        await released;
      });
      await hitTimes(other, "page", 3);
      const merging = other.merge();
      await reached;
      await fetch(`${one.app.url}/counter/page`, { method: "DELETE" });
      await one.merge();
      release(undefined);
      await merging;
      expect(await countsOf(other)).to.deep.equal({});
      expect(await countsOf(await start())).to.deep.equal({});
    });

    it("cost a hit nothing, and are written only where they change", async () => {
      const instance = await start();
      await hit(instance, "page");
      await instance.merge();
      tables.proxy.takeCalls();
      await hit(instance, "page");
      expect(tables.proxy.takeCalls()).to.deep.equal(mode === "Redis" ? [] : ["UpdateItem"]);
      await instance.merge();
      const merged = ["GetItem", "GetItem", "UpdateItem"];
      expect(tables.proxy.takeCalls()).to.deep.equal(
        mode === "Redis" ? ["UpdateItem", ...merged] : merged,
      );
      await instance.merge();
      expect(tables.proxy.takeCalls()).to.deep.equal([]);
    });

    it("lack nothing after a merge that failed", async () => {
      const instance = await start();
      await hit(instance, "page");
      tables.proxy.isAway = true;
      const failure = await instance.merge().catch((error: unknown) => error);
      expect(failure).to.have.property("name", "StoreUnavailable");
      tables.proxy.isAway = false;
      await instance.merge();
      expect(await countsOf(instance)).to.deep.equal({ page: 1 });
    });

    it("stand with links on a counter's page once there are two", async () => {
      const instance = await start();
      const pageOf = async () => {
        const headers = { accept: "text/html" };
        return (await fetch(`${instance.app.url}/counter/b`, { headers })).text();
      };
      await hit(instance, "b");
      await instance.merge();
      expect(await pageOf()).not.to.include('id="top"');
      await hitTimes(instance, "a", 2);
      await instance.merge();
      expect(await pageOf()).to.match(
        /<section id="top"[^]*<a href="\/counter\/a">a<\/a> <span>2<[^]*<a href="\/counter\/b" aria-current="page">b<\/a> <span>1</,
      );
    });

    it("take no cursor and no other order", async () => {
      const { app } = await start();
      await hit({ app, merge: () => Promise.resolve() }, "a");
      await hit({ app, merge: () => Promise.resolve() }, "b");
      const first = (await (await fetch(`${app.url}/counter?limit=1`)).json()) as object;
      const cursor = String((first as Record<string, unknown>)["next_cursor"]);
      for (const query of [`order=top&cursor=${cursor}`, "order=name"])
        expect((await fetch(`${app.url}/counter?${query}`)).status).to.equal(400);
    });
  });
}
