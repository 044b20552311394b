import { expect } from "chai";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import type { RunningApp } from "../../../shared/tools/testing/start-app.ts";
import { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import { DynamoDBDayStore } from "../dynamodb/days/day-store.ts";
import { ItemStore } from "../dynamodb/item-store.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import { startCounter } from "../testing/start-counter.ts";
import { Days } from "./days.ts";

const DAY_MS = 86_400_000;
const noon = Date.parse("2026-12-30T12:00:00Z");

describe("days", () => {
  const cleanUps = new AsyncDisposableStack();
  const fails: unknown[] = [];
  let dynamodb: StrictDynamoDB;
  let url: string;
  let nowMs = noon;
  let app: RunningApp;
  let other: RunningApp;
  let pages = 0;

  const now = () => nowMs;
  const newPage = () => `p${(pages += 1)}`;
  const open = () => createDynamoDB({ endpoint: url, region: localRegion, timeoutMs: 5_000 });
  const openDays = (table = "days") =>
    new Days({
      store: new DynamoDBDayStore({ client: open(), table }),
      now,
      onFailed: (error) => fails.push(error),
    });

  before(async () => {
    const server = cleanUps.use(await DynamodbServer.start());
    await server.createTables();
    dynamodb = cleanUps.use(await StrictDynamoDB.start(server.url));
    ({ url } = dynamodb);
    Object.assign(process.env, localAwsEnvironment(url));
    const start = () => startCounter({ client: open(), onHit: () => undefined, now });
    app = cleanUps.use(await start());
    other = cleanUps.use(await start());
  });
  after(() => cleanUps.disposeAsync());
  beforeEach(() => {
    nowMs = noon;
    fails.length = 0;
  });

  const hit = (page: string, { url: at } = app) =>
    fetch(`${at}/counter/${page}/hits`, { method: "POST", headers: { "user-agent": "Firefox" } });
  async function days(page: string, query = "") {
    nowMs += 10_001;
    const answer = await fetch(`${app.url}/counter/${page}/days${query}`);
    return (await answer.json()) as { from: string; to: string; days: unknown[] };
  }

  it("have the hits of all instances, each hit on its own day", async () => {
    const page = newPage();
    for (const at of [app, other, app]) await hit(page, at);
    nowMs = noon + 3 * DAY_MS;
    await Promise.all([hit(page, app), hit(page, other)]);
    expect(await days(page, "?last=5")).to.deep.equal({
      ...{ page, from: "2026-12-29", to: "2027-01-02" },
      days: [
        { date: "2026-12-30", count: 3 },
        { date: "2027-01-02", count: 2 },
      ],
    });
    const { days: last } = await days(page, "?last=1");
    expect(last).to.deep.equal([{ date: "2027-01-02", count: 2 }]);
  });

  it("have nothing of a count that is set, up or down", async () => {
    const page = newPage();
    await hit(page);
    for (const count of [1_000_000, 5]) {
      const body = JSON.stringify({ count });
      const headers = { "content-type": "application/json" };
      await fetch(`${app.url}/counter/${page}`, { method: "PUT", headers, body });
      await hit(page);
    }
    expect((await days(page)).days).to.deep.equal([{ date: "2026-12-30", count: 3 }]);
    nowMs = noon + DAY_MS;
    await hit(page);
    expect((await days(page)).days).to.deep.equal([
      { date: "2026-12-30", count: 3 },
      { date: "2026-12-31", count: 1 },
    ]);
  });

  it("are forgotten with their page", async () => {
    const page = newPage();
    await hit(page);
    nowMs = noon + 2 * DAY_MS;
    await hit(page);
    await fetch(`${app.url}/counter/${page}`, { method: "DELETE" });
    expect((await days(page)).days).to.deep.equal([]);
    await hit(page);
    expect((await days(page)).days).to.deep.equal([{ date: "2027-01-01", count: 1 }]);
  });

  it("have the hits of every instance after one of them removed the page", async () => {
    const page = newPage();
    for (const at of [app, other]) await hit(page, at);
    await fetch(`${app.url}/counter/${page}`, { method: "DELETE" });
    for (const at of [other, other, app]) await hit(page, at);
    expect((await days(page)).days).to.deep.equal([{ date: "2026-12-30", count: 3 }]);
  });

  it("have the hits that follow a removal, though one came in the middle of it", async () => {
    const page = newPage();
    for (const at of [app, other]) await hit(page, at);
    const held = dynamodb.hold("DeleteItem");
    const removal = fetch(`${app.url}/counter/${page}`, { method: "DELETE" });
    await held.reached;
    await hit(page, other);
    held.release();
    expect((await removal).status).to.equal(204);
    const { count } = (await (await hit(page, other)).json()) as { count: number };
    expect((await days(page)).days).to.deep.equal([{ date: "2026-12-30", count }]);
  });

  it("have each hit once, on the day on which its write ended", async () => {
    const page = newPage();
    nowMs = Date.parse("2026-12-31T23:59:59.900Z");
    for (const at of [app, other]) await hit(page, at);
    nowMs += 200;
    for (const at of [other, app, app]) await hit(page, at);
    expect((await days(page)).days).to.deep.equal([
      { date: "2026-12-31", count: 2 },
      { date: "2027-01-01", count: 3 },
    ]);
  });

  it("begin with the first hits, whichever instance notes them last", async () => {
    const page = newPage();
    const store = new DynamoDBDayStore({ client: open(), table: "days" });
    const day = Math.floor(noon / DAY_MS);
    for (const views of [7, 4, 9]) await store.begin(page, day, views);
    expect(await store.find(page, day, day)).to.deep.equal([{ day, from: 4 }]);
  });

  it("begin for a page that was counted before days were kept, without its old count", async () => {
    const page = newPage();
    const table = "counters";
    const old = new ItemStore({ client: open(), table, writer: "old", now, random: Math.random });
    await old.add({ page, hits: 500, bots: 0, visitors: [] });
    expect((await days(page)).days).to.deep.equal([]);
    await hit(page);
    expect((await days(page)).days).to.deep.equal([{ date: "2026-12-30", count: 1 }]);
  });

  it("are those of the roll-ups where Redis counts", async () => {
    const page = newPage();
    const ledger = new LedgerStore({ client: open(), table: "counters", now, days: openDays() });
    const again = new LedgerStore({ client: open(), table: "counters", now, days: openDays() });
    await ledger.begin(page, undefined, { epoch: 1, from: 0, to: 100 });
    await ledger.rollUp(page, 1, { count: 7, asOfMs: nowMs });
    nowMs = noon + DAY_MS;
    await Promise.all([
      ledger.rollUp(page, 1, { count: 9, asOfMs: nowMs }),
      again.rollUp(page, 1, { count: 10, asOfMs: nowMs }),
    ]);
    const { days: kept } = await openDays().history(page, 731, () => Promise.resolve(12));
    expect(kept.map(({ views }) => views)).to.deep.equal([7, 5]);
    expect(fails).to.deep.equal([]);
  });

  it("that cannot be kept cost no count", async () => {
    const page = newPage();
    const days = openDays("no-such-table");
    const ledger = new LedgerStore({ client: open(), table: "counters", now, days });
    expect(await ledger.begin(page, undefined, { epoch: 1, from: 0, to: 100 })).to.equal(true);
    await ledger.rollUp(page, 1, { count: 7, asOfMs: nowMs });
    expect(await ledger.find(page)).to.include({ count: 7 });
    expect(fails).to.have.lengthOf(2);
  });

  it("that could not be read are not asked for again within five seconds", async () => {
    let calls = 0;
    const store = new DynamoDBDayStore({ client: open(), table: "no-such-table" });
    const views = () => Promise.resolve((calls += 1));
    const lost = new Days({ store, now, onFailed: (error) => fails.push(error) });
    const read = () => lost.history("p", 30, views).catch(() => "away");
    expect([await read(), await read(), calls]).to.deep.equal(["away", "away", 1]);
    nowMs += 5_000;
    expect([await read(), calls]).to.deep.equal(["away", 2]);
  });

  it("are asked for by a whole number from 1 to 731", async () => {
    for (const last of ["0", "732", "x", "1.5", ""]) {
      const answer = await fetch(`${app.url}/counter/home/days?last=${last}`);
      expect(answer.status, last).to.equal(400);
    }
    expect((await fetch(`${app.url}/counter/home/days?last=731`)).status).to.equal(200);
  });
});
