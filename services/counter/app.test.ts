import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { settingsTable } from "../../shared/kit/config.ts";
import { DynamodbServer } from "../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../shared/tools/local/stores/local-aws.ts";
import { createDynamoDB } from "../../shared/kit/dynamodb.ts";
import { StrictDynamoDB } from "../../shared/tools/testing/strict-dynamodb.ts";
import type { RunningApp } from "../../shared/tools/testing/start-app.ts";
import { counterSettings } from "./config.ts";
import { type Hit, MAX_COUNT } from "./counter.ts";
import { startCounter } from "./testing/start-counter.ts";

const beside = (name: string) => readFile(new URL(name, import.meta.url), "utf8");

describe("the counter's API", () => {
  let server: DynamodbServer;
  let proxy: StrictDynamoDB;
  let client: DynamoDBClient;
  let app: RunningApp;
  let recorded: Hit[];
  let pages = 0;

  const newPage = () => `page-${(pages += 1)}`;

  const start = (options: { apiKeys?: string[]; perMinute?: number } = {}) =>
    startCounter({ ...options, client, onHit: (hit) => recorded.push(hit) });

  before(async () => {
    server = await DynamodbServer.start();
    await server.createTables();
    proxy = await StrictDynamoDB.start(server.url);
    Object.assign(process.env, localAwsEnvironment(proxy.url));
    client = createDynamoDB({ endpoint: proxy.url, region: localRegion, timeoutMs: 5_000 });
    app = await start();
  });
  beforeEach(() => {
    proxy.isAway = false;
    recorded = [];
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    client.destroy();
    await proxy[Symbol.asyncDispose]();
    await server.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(app.url + path, { headers });
  const hit = (page: string, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/counter/${page}/hits`, { method: "POST", headers });
  const put = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(path, {
      method: "PUT",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  /** Sends a path as it is: `fetch` resolves dots away. */
  const rawStatus = (path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(app.url);
      httpRequest({ hostname, port, path, method: "POST" }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on("error", reject)
        .end();
    });
  const jsonOf = async (answer: Response | Promise<Response>) =>
    (await (await answer).json()) as Record<string, unknown>;
  const countOf = async (page: string) => (await jsonOf(get(`/counter/${page}`)))["count"];
  const expectProblem = async (answer: Response, status: number, kind = "invalid-input") => {
    expect(answer.status).to.equal(status);
    expect(answer.headers.get("content-type")).to.match(/^application\/problem\+json/);
    const problem = await jsonOf(answer);
    expect(problem["type"]).to.equal(`/counter/problems/${kind}`);
    return problem;
  };

  describe("POST /counter/{page}/hits", () => {
    it("answers each hit with its own number", async () => {
      const page = newPage();
      const answers = await Promise.all(Array.from({ length: 20 }, () => hit(page)));
      const bodies = await Promise.all(answers.map((answer) => jsonOf(answer)));
      expect(answers.map(({ status }) => status)).to.deep.equal(Array(20).fill(201));
      const numbers = bodies.map(({ count }) => Number(count)).sort((a, b) => a - b);
      expect(numbers).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
      expect(recorded.map(({ number }) => number)).to.deep.equal(numbers);
    });

    it("tells the last minute, its window and the instance", async () => {
      const answer = await hit(newPage());
      const { window, ...body } = await jsonOf(answer);
      expect(body).to.deep.equal({
        ...{ page: `page-${pages}`, count: 1, last_minute: 1, instance: "test-instance" },
      });
      const { from, to } = window as Record<string, string>;
      expect(Date.parse(to ?? "") - Date.parse(from ?? "")).to.equal(59_000);
      expect(answer.headers.get("cache-control")).to.equal("no-store");
    });

    it("counts bots apart: 200, no number, no record", async () => {
      const page = newPage();
      await hit(page);
      const answer = await hit(page, { "user-agent": "Googlebot/2.1" });
      expect(answer.status).to.equal(200);
      expect(await jsonOf(answer)).to.include({ count: 1 });
      expect(await jsonOf(get(`/counter/${page}`))).to.include({ count: 1, bots: 1 });
      expect(recorded).to.have.lengthOf(1);
    });

    it("does not count what a browser fetches ahead", async () => {
      const page = newPage();
      const answer = await hit(page, { "sec-purpose": "prefetch;prerender" });
      expect(answer.status).to.equal(200);
      expect(await jsonOf(get(`/counter/${page}`))).to.include({ count: 0, bots: 0 });
    });

    it("knows the visitor by what the trusted proxy appended", async () => {
      await hit(newPage(), { "x-forwarded-for": "6.6.6.6, 203.0.113.9:4711", "user-agent": "me" });
      await hit(newPage());
      const visitors = recorded.map(({ visitor }) => visitor);
      expect(visitors[0]).to.deep.equal({ address: "203.0.113.9", userAgent: "me", isBot: false });
      expect(visitors[1]?.address).to.equal("127.0.0.1");
    });

    it("refuses an address that is none, and counts nothing", async () => {
      const page = newPage();
      const body = await expectProblem(await hit(page, { "x-forwarded-for": "nonsense" }), 400);
      expect(JSON.stringify(body)).to.include("x-forwarded-for");
      expect(await countOf(page)).to.equal(0);
    });

    for (const name of ["a b", "ä", "a".repeat(129), "a/b", "%00", "status", "docs"]) {
      it(`refuses the page name ${JSON.stringify(name.slice(0, 10))}`, async () => {
        await expectProblem(await hit(encodeURIComponent(name)), 400);
      });
    }

    for (const name of [".", "..", "%2e%2E"]) {
      it(`refuses the page name ${name}, which clients and proxies resolve away`, async () => {
        expect(await rawStatus(`/counter/${name}/hits`)).to.equal(400);
      });
    }

    it("counts up to the highest count, and not beyond", async () => {
      const page = newPage();
      await put(`${app.url}/counter/${page}`, { count: MAX_COUNT - 1 });
      expect(await jsonOf(hit(page))).to.include({ count: MAX_COUNT });
      await expectProblem(await hit(page), 409, "count-exhausted");
      expect(await countOf(page)).to.equal(MAX_COUNT);
    });

    it("lets one address make so many pages a minute, and open those that exist", async () => {
      await using bounded = await start({ perMinute: 2 });
      const open = (page: string, address: string) =>
        fetch(`${bounded.url}/counter/${page}/hits`, {
          method: "POST",
          headers: { "x-forwarded-for": address },
        });
      const [existing, one, two, three] = [newPage(), newPage(), newPage(), newPage()] as const;
      await hit(existing);
      for (const page of [one, two, two, existing]) {
        expect((await open(page, "2001:db8::1")).status, page).to.equal(201);
      }
      const refused = await open(three, "2001:db8::2");
      expect(Number(refused.headers.get("retry-after"))).to.be.within(1, 30);
      await expectProblem(refused, 429, "too-many-new-pages");
      expect(await countOf(three)).to.equal(0);
      expect((await open(three, "203.0.113.9")).status).to.equal(201);
    });

    for (const name of ["a", "A.b_c~d-9", "a".repeat(128)]) {
      it(`takes the page name ${name.slice(0, 12)}`, async () => {
        expect((await hit(name)).status).to.equal(201);
      });
    }

    it("answers 503 with Retry-After while the store is away, and counts on when it is back", async () => {
      const page = newPage();
      await hit(page);
      proxy.isAway = true;
      const answer = await hit(page);
      await expectProblem(answer, 503, "store-unavailable");
      expect(answer.headers.get("retry-after")).to.equal("1");
      proxy.isAway = false;
      expect(await jsonOf(hit(page))).to.include({ count: 2 });
    });
  });

  describe("GET /", () => {
    it("counts this opening of home, and tells it as JSON", async () => {
      const before = Number(await countOf("home"));
      const answer = await get("/");
      expect(answer.headers.get("cache-control")).to.equal("no-store");
      expect(await jsonOf(answer)).to.include({ page: "home", count: before + 1 });
    });

    it("shows browsers a page that lets only its own script run", async () => {
      const before = Number(await countOf("home"));
      const answer = await get("/", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
      const html = await answer.text();
      const nonce = /<script [^>]*nonce="([^"]+)"/.exec(html)?.[1];
      expect(answer.headers.get("content-type")).to.match(/^text\/html/);
      expect(answer.headers.get("content-security-policy")).to.include(`'nonce-${nonce}'`);
      expect(answer.headers.get("vary")?.toLowerCase()).to.include("accept");
      expect(html).to.include(`<title>${before + 1} `);
      expect(await countOf("home")).to.equal(before + 1);
    });

    it("does not count HEAD, /favicon.ico, and the routes of operation", async () => {
      const before = await countOf("home");
      expect((await fetch(app.url, { method: "HEAD" })).status).to.equal(200);
      for (const path of ["/favicon.ico", "/healthz", "/readyz", "/metrics", "/status"]) {
        await (await get(path)).text();
      }
      expect(await countOf("home")).to.equal(before);
    });
  });

  describe("GET /counter/{page}", () => {
    it("reads without counting", async () => {
      const page = newPage();
      await hit(page);
      expect(await countOf(page)).to.equal(1);
      expect(await countOf(page)).to.equal(1);
    });

    it("estimates from memory, without asking the store", async () => {
      const page = newPage();
      await hit(page);
      proxy.takeCalls();
      const { as_of: asOf, ...body } = await jsonOf(get(`/counter/${page}?estimate=true`));
      expect(body).to.deep.equal({ kind: "estimate", page, count: 1 });
      expect(Date.now() - Date.parse(String(asOf))).to.be.below(10_000);
      expect(proxy.takeCalls()).to.deep.equal([]);
    });

    it("estimates zero for a page that nobody opened", async () => {
      expect(await jsonOf(get(`/counter/${newPage()}?estimate=true`))).to.include({ count: 0 });
    });

    it("refuses an unknown parameter by its name", async () => {
      const body = await expectProblem(await get(`/counter/${newPage()}?estimat=true`), 400);
      expect(JSON.stringify(body)).to.include("estimat");
    });
  });

  describe("GET /counter/{page}/history", () => {
    it("tells the seconds with hits", async () => {
      const page = newPage();
      await hit(page);
      const { seconds } = await jsonOf(get(`/counter/${page}/history?seconds=30`));
      expect(seconds).to.have.lengthOf(1);
      expect((seconds as { count: number }[])[0]).to.include({ count: 1 });
    });

    for (const seconds of ["0", "601", "1.5", "many"]) {
      it(`refuses ${seconds} seconds`, async () => {
        await expectProblem(await get(`/counter/home/history?seconds=${seconds}`), 400);
      });
    }
  });

  describe("GET /counter/{page}/events", () => {
    it("tells the count, and has room for so many listeners", async () => {
      const page = newPage();
      await hit(page);
      const leave = new AbortController();
      const answer = await fetch(`${app.url}/counter/${page}/events`, { signal: leave.signal });
      expect(answer.headers.get("content-type")).to.equal("text/event-stream");
      const first = (await answer.body?.getReader().read()) as { value?: Uint8Array } | undefined;
      const text = new TextDecoder().decode(first?.value);
      expect(text).to.match(/id: 1\nevent: count\ndata: [^\n]+\n\n$/);
      const event = JSON.parse(/data: (.*)/.exec(text)![1]!) as { spans: number[] };
      expect(event).to.include({ count: 1, last_minute: 1, last_ten_minutes: 1, bots: 0 });
      expect(event).to.include({ instance: "test-instance" }).and.not.to.have.key("visitors_today");
      expect(event.spans.reduce((sum, count) => sum + count)).to.equal(1);
      const listen = (headers = {}) => get(`/counter/${page}/events`, headers);
      const ofAddress = await listen();
      const second = await listen({ "x-forwarded-for": "203.0.113.9" });
      const ofInstance = await listen({ "x-forwarded-for": "203.0.113.10" });
      await second.body?.cancel();
      expect(second.status).to.equal(200);
      expect(ofAddress.headers.get("retry-after")).to.equal("10");
      expect(ofInstance.headers.get("retry-after")).to.equal("10");
      await expectProblem(ofAddress, 429, "too-many-listeners-of-address");
      await expectProblem(ofInstance, 503, "too-many-listeners");
      leave.abort();
    });
  });

  describe("GET /counter", () => {
    it("lists every page once, in pages of its own", async () => {
      const names = [newPage(), newPage(), newPage()];
      for (const name of names) await hit(name);
      const listed: string[] = [];
      let cursor = "";
      do {
        const answer = await get(`/counter?limit=2${cursor && `&cursor=${cursor}`}`);
        const { pages, next_cursor } = (await answer.json()) as {
          pages: { page: string }[];
          next_cursor?: string;
        };
        expect(pages).to.have.lengthOf.at.most(2);
        listed.push(...pages.map(({ page }) => page));
        cursor = next_cursor ?? "";
      } while (cursor !== "");
      expect(listed).to.include.members(names);
      expect(new Set(listed)).to.have.property("size", listed.length);
    });

    it("refuses a cursor of somebody else's making, and a limit out of bounds", async () => {
      await expectProblem(await get("/counter?cursor=***"), 400);
      await expectProblem(await get("/counter?limit=101"), 400);
    });
  });

  describe("PUT /counter/{page}", () => {
    it("sets a count, up and down", async () => {
      const page = newPage();
      for (const count of [100, 3]) {
        const answer = await put(`${app.url}/counter/${page}`, { count });
        expect(answer.status).to.equal(200);
        expect(await jsonOf(answer)).to.include({ page, count });
        expect(await jsonOf(get(`/counter/${page}?estimate=true`))).to.include({ count });
        expect(await jsonOf(hit(page))).to.include({ count: count + 1 });
      }
    });

    it("takes every count up to the highest", async () => {
      const page = newPage();
      const answer = await put(`${app.url}/counter/${page}`, { count: MAX_COUNT });
      expect(await jsonOf(answer)).to.include({ count: MAX_COUNT });
      expect(await countOf(page)).to.equal(MAX_COUNT);
      await expectProblem(await put(`${app.url}/counter/${page}`, { count: MAX_COUNT + 1 }), 400);
    });

    for (const body of [{}, { count: -1 }, { count: 1.5 }, { count: "7" }, { count: 1e16 }, []]) {
      it(`refuses ${JSON.stringify(body)}`, async () => {
        await expectProblem(await put(`${app.url}/counter/${newPage()}`, body), 400);
      });
    }

    it("asks for an API key where there is one, and hits need none", async () => {
      await using guarded = await start({ apiKeys: ["secret"] });
      const url = `${guarded.url}/counter/${newPage()}`;
      for (const authorization of ["", "Bearer guess"]) {
        const refused = await put(url, { count: 1 }, { authorization });
        expect(refused.headers.get("www-authenticate")).to.match(/^Bearer/);
        await expectProblem(refused, 401, "unauthorized");
      }
      const authorization = "Bearer secret";
      expect((await put(url, { count: 1 }, { authorization })).status).to.equal(200);
      expect((await fetch(`${url}/hits`, { method: "POST" })).status).to.equal(201);
    });
  });

  describe("DELETE /counter/{page}", () => {
    const remove = (url: string, headers: Record<string, string> = {}) =>
      fetch(url, { method: "DELETE", headers });

    it("forgets a page: it is not listed, reads zero, and its next hit is its first", async () => {
      const page = newPage();
      await Promise.all([hit(page), hit(page)]);
      const { status, body } = await remove(`${app.url}/counter/${page}`);
      expect({ status, body }).to.deep.equal({ status: 204, body: null });
      expect(await countOf(page)).to.equal(0);
      expect(await jsonOf(get(`/counter/${page}?estimate=true`))).to.include({ count: 0 });
      expect(await (await get("/counter?limit=100")).text()).to.not.include(`"${page}"`);
      expect(await jsonOf(hit(page))).to.include({ count: 1 });
    });

    it("asks for an API key where there is one", async () => {
      await using guarded = await start({ apiKeys: ["secret"] });
      const url = `${guarded.url}/counter/${newPage()}`;
      await expectProblem(await remove(url), 401, "unauthorized");
      expect((await remove(url, { authorization: "Bearer secret" })).status).to.equal(204);
    });
  });

  it("is described by openapi.json", async () => {
    const served: unknown = await (await get("/counter/openapi.json")).json();
    expect(JSON.parse(await beside("openapi.json"))).to.deep.equal(served);
  });

  it("has its settings in the README", async () => {
    expect(await beside("README.md")).to.include(settingsTable(counterSettings));
  });
});
