import { expect } from "chai";
import type { RunningApp } from "../../../shared/tools/testing/start-app.ts";
import { StrictTables } from "../../../shared/tools/testing/strict-tables.ts";
import { startCounter } from "../testing/start-counter.ts";

describe("the counter's pages, and what other sites embed", () => {
  let tables: StrictTables;
  let app: RunningApp;
  let pages = 0;

  before(async () => {
    tables = await StrictTables.start();
    app = await startCounter({ client: tables.client, onHit: () => undefined });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await tables[Symbol.asyncDispose]();
  });

  const newPage = () => `page-${(pages += 1)}`;
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(app.url + path, { headers });
  const hit = (page: string) => fetch(`${app.url}/counter/${page}/hits`, { method: "POST" });
  const jsonOf = async (answer: Response | Promise<Response>) =>
    (await (await answer).json()) as Record<string, unknown>;
  const countOf = async (page: string) => (await jsonOf(get(`/counter/${page}`)))["count"];

  describe("GET /counter/{page}", () => {
    it("answers browsers with a page, which neither counts nor makes it, and others with JSON", async () => {
      const page = newPage();
      const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
      const answer = await get(`/counter/${page}`, browser);
      expect(answer.headers.get("content-type")).to.match(/^text\/html/);
      expect(answer.headers.get("vary")?.toLowerCase()).to.include("accept");
      expect(await answer.text()).to.include(`<title>0 · Views of ${page}</title>`);
      for (const accept of ["*/*", "application/json", "application/json, text/html"]) {
        const other = await get(`/counter/${page}`, { accept });
        expect(other.headers.get("vary")?.toLowerCase()).to.include("accept");
        expect(await jsonOf(other)).to.include({ kind: "reading", count: 0 });
      }
      const estimate = await get(`/counter/${page}?estimate=false`, browser);
      expect(await jsonOf(estimate)).to.include({ kind: "reading" });
      const { pages: listed } = await jsonOf(get("/counter?limit=100"));
      expect(JSON.stringify(listed)).not.to.include(`"${page}"`);
    });
  });

  describe("GET /counter/{page}/badge.svg", () => {
    it("counts, and draws a number that no cache keeps", async () => {
      const page = newPage();
      await hit(page);
      const answer = await get(`/counter/${page}/badge.svg?label=visits`);
      expect(answer.headers.get("content-type")).to.match(/^image\/svg\+xml/);
      expect(answer.headers.get("cache-control")).to.equal("no-store");
      expect(await answer.text()).to.include("<title>visits: 2</title>");
      expect(await countOf(page)).to.equal(2);
    });

    it("draws the number without counting when it is only to show it", async () => {
      const page = newPage();
      await hit(page);
      const answer = await get(`/counter/${page}/badge.svg?count=false`);
      expect(await answer.text()).to.include("<title>views: 1</title>");
      expect(await countOf(page)).to.equal(1);
    });

    it("takes a colour and a style, and draws the default for what it cannot read", async () => {
      const draw = async (query: string) =>
        (await get(`/counter/badges/badge.svg?count=false${query}`)).text();
      const usual = await draw("");
      expect(await draw("&color=0a7")).to.include('fill="#00aa77"');
      expect(await draw("&style=flat-square")).not.to.equal(usual);
      for (const query of ["color=", "color=nonsense", "style=round", "label=", "v=2"]) {
        expect(await draw(`&${query}`), query).to.equal(usual);
      }
      expect(await draw(`&label=${"x".repeat(99)}`)).to.include(`<title>${"x".repeat(64)}: `);
    });
  });

  describe("GET /counter/{page}/hit.gif", () => {
    it("counts, and answers with a pixel that no cache keeps and any page may show", async () => {
      const page = newPage();
      const answer = await get(`/counter/${page}/hit.gif`);
      expect(answer.headers.get("content-type")).to.equal("image/gif");
      expect(answer.headers.get("cache-control")).to.equal("no-store");
      expect(answer.headers.get("cross-origin-resource-policy")).to.equal("cross-origin");
      expect(Buffer.from(await answer.arrayBuffer()).toString("latin1")).to.match(/^GIF89a.{36}$/s);
      expect(await countOf(page)).to.equal(1);
      await fetch(`${app.url}/counter/${page}/hit.gif`, { method: "HEAD" });
      await get(`/counter/${page}/hit.gif`, { "user-agent": "Googlebot/2.1" });
      expect(await countOf(page)).to.equal(1);
    });
  });

  describe("GET /counter/count.js", () => {
    it("is a script of 1 KB at most, and its name is no page's", async () => {
      const answer = await get("/counter/count.js");
      expect(answer.headers.get("content-type")).to.match(/^text\/javascript/);
      expect(answer.headers.get("cross-origin-resource-policy")).to.equal("cross-origin");
      expect((await answer.arrayBuffer()).byteLength).to.be.at.most(1_024);
      expect((await hit("count.js")).status).to.equal(400);
    });
  });
});
