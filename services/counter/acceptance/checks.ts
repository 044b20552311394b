import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { bodyChecks } from "../../../shared/tools/acceptance/checks/body-checks.ts";
import { type Check, check } from "../../../shared/tools/acceptance/checks/check.ts";
import {
  expectInvalid,
  expectProblem,
  expectStatus,
  readJson,
} from "../../../shared/tools/acceptance/checks/expectations.ts";
import { readEvents } from "../../../shared/tools/acceptance/checks/read-events.ts";
import type { Call, Target } from "../../../shared/tools/acceptance/target.ts";
import { accountChecks } from "./account-checks.ts";

/** A page of our own: the real ones keep their counts. */
const PAGE = "/counter/acceptance";
const SET_PAGE = "/counter/acceptance-set";
const HITS = 20;

interface Tally {
  page: string;
  count: number;
  last_minute: number;
}

interface DayList {
  days: { count: number }[];
}

const get = (path: string): Call => ({ method: "GET", path });
const hit: Call = { method: "POST", path: `${PAGE}/hits` };
const read = (target: Target) => readJson<Tally>(target, get(PAGE));

export const checks: readonly Check[] = [
  ...accountChecks,
  check("gives every hit its own number, and counts exactly what was sent", async (target) => {
    const { count: before } = await read(target);
    const hits = await Promise.all(
      Array.from({ length: HITS }, () => readJson<Tally>(target, hit, 201)),
    );
    const numbers = hits.map(({ count }) => count).sort((a, b) => a - b);
    expect(numbers).to.deep.equal(Array.from({ length: HITS }, (_, index) => before + index + 1));
    const after = await read(target);
    expect(after.count).to.equal(before + HITS);
    expect(after.last_minute).to.be.at.least(HITS);
  }),
  check("counts a hit once that is sent again with its key", async (target) => {
    const headers = { "idempotency-key": randomUUID() };
    const keyed = { ...hit, headers };
    const { count } = await readJson<Tally>(target, keyed, 201);
    const again = await Promise.all([keyed, keyed].map((call) => readJson(target, call, 201)));
    for (const each of again) expect(each).to.include({ count });
    await expectInvalid(target, { ...hit, headers: { "idempotency-key": "a b" } }, [
      "idempotency-key",
    ]);
  }),
  check("does not count what is only read, or fetched ahead", async (target) => {
    const { count } = await read(target);
    await target.send({ method: "HEAD", path: `${PAGE}/badge.svg` });
    await readJson(target, { ...hit, headers: { "sec-purpose": "prefetch" } });
    expect((await read(target)).count).to.equal(count);
  }),
  check("estimates a count without its store", async (target) => {
    const { count } = await read(target);
    const estimate = await readJson<Tally>(target, get(`${PAGE}?estimate=true`));
    expect(estimate).to.have.property("as_of");
    expect(estimate.count).to.be.at.most(count);
  }),
  check("tells the hits of the last minutes second by second", async (target) => {
    const { seconds } = await readJson<{ seconds: { count: number }[] }>(
      target,
      get(`${PAGE}/history?seconds=600`),
    );
    expect(seconds.reduce((sum, { count }) => sum + count, 0)).to.be.at.least(HITS);
  }),
  check("tells the hits of a new page by the day, and forgets them with it", async (target) => {
    // A page's first hit begins its day; with Redis a page that has one waits for the next roll-up.
    const page = `/counter/acceptance-${randomUUID()}`;
    const newHit = { method: "POST", path: `${page}/hits` };
    const countsOf = async (last: number) => {
      const { days } = await readJson<DayList>(target, get(`${page}/days?last=${last}`));
      return days.map(({ count }) => count);
    };
    try {
      await readJson(target, newHit, 201);
      await readJson(target, newHit, 201);
      expect((await countsOf(2)).reduce((sum, count) => sum + count, 0)).to.equal(2);
    } finally {
      expectStatus(await target.send({ method: "DELETE", path: page }), 204);
    }
    expect(await countsOf(1)).to.deep.equal([]);
  }),
  check("counts and draws a badge", async (target) => {
    const { count } = await read(target);
    const badge = expectStatus(await target.send(get(`${PAGE}/badge.svg`)), 200);
    expect(badge.headers.get("content-type")).to.match(/^image\/svg\+xml/);
    expect(badge.headers.get("cache-control")).to.equal("no-store");
    expect((await read(target)).count).to.equal(count + 1);
  }),
  check("counts by a pixel, and by a script that other pages embed", async (target) => {
    const { count } = await read(target);
    const pixel = expectStatus(await target.send(get(`${PAGE}/hit.gif`)), 200);
    expect(pixel.headers.get("content-type")).to.equal("image/gif");
    expect(pixel.headers.get("cache-control")).to.equal("no-store");
    expect((await read(target)).count).to.equal(count + 1);
    const script = expectStatus(await target.send(get("/counter/count.js")), 200);
    expect(script.headers.get("content-type")).to.match(/^text\/javascript/);
    expect(script.text).to.include("/hits");
  }),
  check("tells new counts as they come", async (target) => {
    const events = readEvents(target, `${PAGE}/events`);
    await events.next();
    const { count } = await readJson<Tally>(target, hit, 201);
    for await (const event of events) {
      if ((JSON.parse(event) as Tally).count >= count) return;
    }
    throw new Error(`${PAGE}/events ended before it sent the count ${count}`);
  }),
  check("counts the opening of its front page, and shows it to browsers", async (target) => {
    const first = await readJson<Tally>(target, get("/"));
    const second = await readJson<Tally>(target, get("/"));
    expect(second.count).to.be.above(first.count);
    const page = await target.send({ ...get("/"), headers: { accept: "text/html" } });
    expect(expectStatus(page, 200).headers.get("content-type")).to.match(/^text\/html/);
  }),
  check("lists its pages", async (target) => {
    const { pages } = await readJson<{ pages: unknown[] }>(target, get("/counter?limit=1"));
    expect(pages).to.have.lengthOf.at.most(1);
  }),
  check("counts on from where it is set", async (target) => {
    const set = { method: "PUT", path: SET_PAGE, body: { count: 41 } };
    expect(await readJson(target, set)).to.include({ count: 41 });
    const next = await readJson(target, { method: "POST", path: `${SET_PAGE}/hits` }, 201);
    expect(next).to.include({ count: 42 });
  }),
  check("refuses to set a count without the key, where there is a key", async (target) => {
    if (!target.hasKey) return;
    const call = { method: "PUT", path: SET_PAGE, body: { count: 0 }, authorized: false };
    const { headers } = await expectProblem(target, call, 401);
    expect(headers.get("www-authenticate")).to.match(/^Bearer/);
  }),
  check("refuses names and counts that are none", async (target) => {
    await expectInvalid(target, { ...hit, path: "/counter/a%20b/hits" }, ["page"]);
    await expectInvalid(target, { method: "PUT", path: SET_PAGE, body: { count: -1 } }, ["count"]);
  }),
  ...bodyChecks({ method: "PUT", path: SET_PAGE }),
];
