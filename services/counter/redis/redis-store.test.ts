import { expect } from "chai";
import { pino } from "pino";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { createRedis } from "../../../shared/kit/redis.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import type { HitBatch, Tally } from "../counter.ts";
import type { Ledger } from "../ledger.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import { LocalStores } from "../testing/local-stores.ts";
import { beginKey } from "./keys.ts";
import { RedisStore } from "./redis-store.ts";
import { type CounterRedis, counterScripts } from "./scripts.ts";
import { Pages } from "./pages.ts";
import { FIRST_STEP } from "./scripts.ts";

describe("RedisStore", () => {
  let stores: LocalStores;
  let redis: CounterRedis;
  let ledger: LedgerStore;
  let names = 0;

  const newName = () => `n${(names += 1)}`;
  const hits = (page: string, count = 1): HitBatch => ({
    page,
    hits: count,
    bots: 0,
    visitors: [],
  });
  const newPages = (connection = redis) => new Pages({ redis: connection, writer: newName() });
  const open = (now: () => number = Date.now) => new RedisStore({ pages: newPages(), ledger, now });
  const giveBack = (store: RedisStore) => store.counted.endAll(new AbortController().signal);
  const keyOf = (page: string) => `counter:v2:{${page}}`;
  /** The ledger, but for these verbs. */
  const ledgerWith = (own: Partial<Ledger>): Ledger => ({
    find: (page) => ledger.find(page),
    begin: (...args) => ledger.begin(...args),
    extend: (...args) => ledger.extend(...args),
    settle: (...args) => ledger.settle(...args),
    remove: (page) => ledger.remove(page),
    rollUp: (...args) => ledger.rollUp(...args),
    ...own,
  });
  /** Writes to Redis behind the counter's back. */
  const tamper = (page: string, fields: Record<string, string>) =>
    redis.run((client) => client.hSet(keyOf(page), fields));

  before(async () => {
    stores = await LocalStores.start();
    ({ redis } = stores);
    ledger = new LedgerStore({ client: stores.dynamodb, table: "counters", now: Date.now });
  });
  after(() => stores[Symbol.asyncDispose]());

  it("promises numbers in the ledger before it deals them", async () => {
    const [page, store] = [newName(), open()];
    for (let batch = 0; batch < 30; batch += 1) {
      const { count } = await store.add(hits(page, 7));
      expect((await ledger.find(page))?.reservedTo).to.be.at.least(count);
    }
  });

  it("goes on above every number that it gave when Redis lost the page, and skips few", async () => {
    const [page, a, b] = [newName(), open(), open()];
    await a.add(hits(page));
    const { count: last } = await b.add(hits(page));
    await redis.run((client) => client.del(keyOf(page)));
    const { count } = await a.add(hits(page));
    expect(count).to.be.within(last + 1, last + FIRST_STEP + 1);
  });

  it("tells that count when it is read before the next hit", async () => {
    const [page, store] = [newName(), open()];
    const { count: last } = await store.add(hits(page));
    await redis.run((client) => client.del(keyOf(page)));
    const { count } = await open().read(page);
    expect(count).to.be.at.least(last);
    expect((await store.add(hits(page))).count).to.equal(count + 1);
  });

  it("begins one epoch when several instances find the page gone at once", async () => {
    const [page, ...stores] = [newName(), open(), open(), open(), open()] as const;
    await stores[0].add(hits(page));
    await redis.run((client) => client.del(keyOf(page)));
    const tallies = await Promise.all(stores.map((store) => store.add(hits(page))));
    expect(new Set(tallies.map(({ count }) => count))).to.have.property("size", 4);
    expect((await ledger.find(page))?.reservedTo).to.equal(1 + FIRST_STEP + 1 + FIRST_STEP);
  });

  it("believes no total from before a restart of the server", async () => {
    const [page, store] = [newName(), open()];
    const { count: last } = await store.add(hits(page, 10));
    await tamper(page, { total: "3", server: "another-replication-id" });
    expect((await store.add(hits(page))).count).to.be.above(last);
  });

  it("skips nothing when Redis loses the page after every instance stopped in good order", async () => {
    const [page, a, b] = [newName(), open(), open()];
    await a.add(hits(page, 3));
    await b.add(hits(page, 2));
    await Promise.all([giveBack(a), giveBack(b)]);
    expect((await ledger.find(page))?.reservedTo).to.equal(5);
    await redis.run((client) => client.del(keyOf(page)));
    expect((await open().add(hits(page))).count).to.equal(6);
  });

  it("skips nothing when instances stop while others count", async () => {
    const [page, staying] = [newName(), open()];
    const numbers: number[] = [];
    const count = async (store: RedisStore) => numbers.push((await store.add(hits(page))).count);
    for (let round = 0; round < 20; round += 1) {
      const leaving = open();
      await Promise.all([count(staying), count(leaving)]);
      await Promise.all([giveBack(leaving), count(staying)]);
      await count(staying);
    }
    const sorted = numbers.toSorted((one, other) => one - other);
    expect(sorted).to.deep.equal(Array.from({ length: 80 }, (_, index) => index + 1));
  });

  it("skips nothing when another instance counts while one gives back, however slow DynamoDB is", async () => {
    const page = newName();
    const calls: number[] = [];
    const pages = new Pages({ redis, writer: newName(), onCall: () => calls.push(1) });
    const staying = new RedisStore({ pages, ledger, now: Date.now });
    let next: Promise<Tally> | undefined;
    const slow = ledgerWith({
      async settle(...args) {
        next = staying.add(hits(page));
        // Long enough for an epoch to begin: elected, started, sent again.
        await pollUntil(() => calls.length >= 3, {
          what: "the other instance sends its hit again",
        });
        return ledger.settle(...args);
      },
    });
    const leaving = new RedisStore({ pages: newPages(), ledger: slow, now: Date.now });
    await leaving.add(hits(page, 3));
    await giveBack(leaving);
    expect((await next)?.count).to.equal(4);
  });

  it("counts a hit whose page took longer to begin than hits wait for others", async () => {
    let nowMs = Date.now();
    const slow = ledgerWith({
      find: async (page) => {
        nowMs += 60_000;
        return ledger.find(page);
      },
    });
    const store = new RedisStore({ pages: newPages(), ledger: slow, now: () => nowMs });
    expect((await store.add(hits(newName(), 3))).count).to.equal(3);
  });

  it("forgets a page that another instance is ending, however slow DynamoDB is", async () => {
    const page = newName();
    const calls: number[] = [];
    const pages = new Pages({ redis, writer: newName(), onCall: () => calls.push(1) });
    const staying = new RedisStore({ pages, ledger, now: Date.now });
    let removal: Promise<void> | undefined;
    const slow = ledgerWith({
      async settle(...args) {
        removal = staying.remove(page);
        await pollUntil(() => calls.length >= 2, { what: "the removal is sent again, or ends" });
        return ledger.settle(...args);
      },
    });
    const leaving = new RedisStore({ pages: newPages(), ledger: slow, now: Date.now });
    await leaving.add(hits(page, 3));
    await giveBack(leaving);
    await removal;
    expect(await ledger.find(page)).to.equal(undefined);
    expect((await staying.add(hits(page))).count).to.equal(1);
  });

  it("forgets a page at last that somebody died beginning", async () => {
    const [page, redisPages] = [newName(), newPages()];
    await open().add(hits(page));
    await redis.run((client) => client.set(beginKey(page), "dead"));
    let nowMs = 0;
    const now = () => (nowMs += 1_000);
    await new RedisStore({ pages: redisPages, ledger, now }).remove(page);
    expect((await open().add(hits(page))).count).to.equal(1);
  });

  it("still rolls up a page that it counted while it was ending it", async () => {
    const page = newName();
    let nowMs = Date.now();
    const store = open(() => nowMs);
    await store.add(hits(page, 4));
    await store.counted.rollUp();
    await tamper(page, { second: String(Math.floor(nowMs / 1_000) - 601) });
    nowMs += 601_000;
    await Promise.all([store.add(hits(page)), store.counted.rollUp()]);
    await store.counted.rollUp();
    expect((await ledger.find(page))?.count).to.equal(5);
  });

  it("seals a page that has been quiet, and leaves one that was counted meanwhile", async () => {
    const [quiet, busy] = [newName(), newName()];
    let nowMs = Date.now();
    const store = open(() => nowMs);
    await store.add(hits(quiet, 4));
    await store.add(hits(busy, 4));
    await tamper(quiet, { second: String(Math.floor(nowMs / 1_000) - 601) });
    nowMs += 601_000;
    await store.counted.rollUp();
    expect((await ledger.find(quiet))?.reservedTo).to.equal(4);
    expect((await ledger.find(busy))?.reservedTo).to.be.above(4);
    expect((await store.read(quiet)).count).to.equal(4);
    expect((await store.add(hits(quiet))).count).to.equal(5);
  });

  it("deals nothing from a sealed page, even when a late promise arrives", async () => {
    const [page, a, b] = [newName(), open(), open()];
    await a.add(hits(page));
    const { epoch = 0, reservedTo = 0 } = (await ledger.find(page)) ?? {};
    await giveBack(a);
    const late = () => newPages().extend(page, epoch, reservedTo + 100);
    await late();
    for (let number = 2; number < 40; number += 1) {
      expect((await b.add(hits(page))).count).to.equal(number);
      if (number === 2) await late();
      expect((await ledger.find(page))?.reservedTo).to.be.at.least(number);
    }
  });

  it("gives nothing of a reservation of an earlier epoch", async () => {
    const [page, store] = [newName(), open()];
    await store.add(hits(page, 10));
    const seen = await ledger.find(page);
    const [from, to] = [26, 126];
    await ledger.begin(page, seen, { epoch: Date.now() + 1_000, from, to });
    const counts: number[] = [];
    for (let batch = 0; batch < 40; batch += 1) counts.push((await store.add(hits(page))).count);
    expect(counts.filter((count) => count > from && count <= to)).to.deep.equal([]);
    expect(counts.at(-1)).to.be.above(to);
  });

  it("refuses a batch that was given up and comes after a later one", async () => {
    const [page, store] = [newName(), open()];
    await store.add(hits(page));
    await redis.run((client) => client.set(`${keyOf(page)}:batch:n${names}`, "9999 1 1"));
    const failure = await store.add(hits(page)).catch((error: unknown) => error);
    expect(String(failure)).to.include("STALE");
    expect((await store.read(page)).count).to.equal(1);
  });

  it("estimates the day's visitors, each once", async () => {
    const [page, store] = [newName(), open()];
    const names = Array.from({ length: 500 }, (_, index) => `10.0.0.${index} browser`);
    await store.add({ ...hits(page, 500), visitors: names });
    await store.add({ ...hits(page, 500), visitors: names });
    expect((await store.read(page)).visitorsToday).to.be.within(490, 510);
  });

  it("forgets the visitors of another day", async () => {
    const [page, store] = [newName(), open()];
    await store.add({ ...hits(page), visitors: ["a", "b", "c"] });
    await tamper(page, { day: "1" });
    expect((await store.read(page)).visitorsToday).to.equal(0);
    await store.add({ ...hits(page), visitors: ["d"] });
    expect((await store.read(page)).visitorsToday).to.equal(1);
  });

  it("keeps nothing for longer than two days", async () => {
    const [page, store] = [newName(), open()];
    await store.add({ ...hits(page), visitors: ["a"] });
    const keys = await redis.run((client) => client.keys(`${keyOf(page)}*`), { key: keyOf(page) });
    const lives = await Promise.all(
      keys.map(async (key) => [key, await redis.run((client) => client.ttl(key))] as const),
    );
    expect(lives.map(([key]) => key)).to.have.lengthOf(4);
    for (const [key, seconds] of lives) expect(seconds, key).to.be.within(1, 2 * 86_400);
  });

  it("rolls totals up, never down, from any number of instances", async () => {
    const [page, a, b] = [newName(), open(), open()];
    await a.add(hits(page, 5));
    await b.add(hits(page, 5));
    await b.counted.rollUp();
    await a.counted.rollUp();
    expect((await ledger.find(page))?.count).to.equal(10);
  });

  it("does not undo a lower setting with a total from before it", async () => {
    const [page, a, b] = [newName(), open(), open()];
    await a.add(hits(page, 50));
    await b.set(page, 3);
    await a.counted.rollUp();
    expect((await ledger.find(page))?.count).to.equal(3);
  });

  it("rolls a total up later when the ledger is away", async () => {
    const page = newName();
    let away = true;
    const moody = ledgerWith({
      rollUp: (...args) =>
        away ? Promise.reject(new StoreUnavailable("dynamodb")) : ledger.rollUp(...args),
    });
    const store = new RedisStore({ pages: newPages(), ledger: moody, now: Date.now });
    await store.add(hits(page, 4));
    expect(await store.counted.rollUp().catch((error: unknown) => error)).to.be.instanceOf(
      StoreUnavailable,
    );
    away = false;
    await store.counted.rollUp();
    expect((await ledger.find(page))?.count).to.equal(4);
  });

  it("writes 16 counts at a time, and stops at the first that fails", async () => {
    let [running, most, calls] = [0, 0, 0];
    const faulty = ledgerWith({
      async rollUp() {
        [running, calls] = [running + 1, calls + 1];
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (isAway) throw new StoreUnavailable("dynamodb");
      },
    });
    let isAway = true;
    const counting = new RedisStore({ pages: newPages(), ledger: faulty, now: Date.now });
    for (let turn = 0; turn < 40; turn += 1) await counting.add(hits(newName()));
    await counting.counted.rollUp().catch(() => undefined);
    expect([most, calls]).to.deep.equal([16, 16]);
    isAway = false;
    await counting.counted.rollUp();
    expect(calls).to.equal(16 + 40);
    expect(counting.counted.notRolledUp).to.equal(0);
  });

  it("reads a page that Redis lost from the ledger, and begins nothing", async () => {
    const [page, store] = [newName(), open()];
    await store.add(hits(page, 3));
    await giveBack(store);
    await redis.run((client) => client.del(keyOf(page)));
    const before = await ledger.find(page);
    expect((await open().read(page)).count).to.equal(3);
    expect(await ledger.find(page)).to.deep.equal(before);
    expect(await redis.run((client) => client.exists(keyOf(page)))).to.equal(0);
  });

  it("fails at once when Redis is away", async () => {
    const unreachable = createRedis({
      url: "redis://127.0.0.1:1",
      timeoutMs: 5_000,
      log: pino({ level: "silent" }),
      scripts: counterScripts,
    });
    const calls: number[] = [];
    const onCall = () => calls.push(1);
    const pages = new Pages({ redis: unreachable, writer: newName(), onCall });
    const store = new RedisStore({ pages, ledger, now: Date.now });
    const failure = await store.add(hits(newName())).catch((error: unknown) => error);
    await unreachable.close();
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect(calls).to.have.lengthOf(1);
  });
});
