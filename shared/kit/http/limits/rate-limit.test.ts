import { expect } from "chai";
import { route } from "../route.ts";
import { createServiceApp } from "../service-app.ts";
import { type RunningApp, startApp, testContext } from "../../../tools/testing/start-app.ts";
import { Allowances } from "./allowances.ts";

describe("An address's allowance", () => {
  it("is what it may take at once, and comes back over a minute", () => {
    let nowMs = 0;
    const allowances = new Allowances({ perMinute: 60, now: () => nowMs });
    const left = Array.from({ length: 60 }, () => allowances.take("192.0.2.1"));
    expect(left.slice(-2)).to.deep.equal([1, 0]);
    expect(allowances.take("192.0.2.1")).to.equal(-1);
    nowMs = 500;
    expect(allowances.take("192.0.2.1")).to.equal(-0.5);
    nowMs = 1_000;
    expect(allowances.take("192.0.2.1")).to.equal(0);
    expect(allowances.take("192.0.2.2")).to.equal(59);
    nowMs = 3_600_000;
    expect(allowances.take("192.0.2.1")).to.equal(59);
  });

  it("is that of its whole IPv6 network", () => {
    const allowances = new Allowances({ perMinute: 2, now: () => 0 });
    expect(allowances.take("2001:db8::1")).to.equal(1);
    expect(allowances.take("2001:db8::2")).to.equal(0);
    expect(allowances.take("2001:db8:0:1::1")).to.equal(1);
  });

  it("is forgotten for those above 10,000 who were not seen for longest", () => {
    const allowances = new Allowances({ perMinute: 2, now: () => 0 });
    const addresses = Array.from(
      { length: 10_001 },
      (_, index) => `10.0.${index >> 8}.${index & 255}`,
    );
    const [first = "", second = "", ...others] = addresses;
    for (const address of [first, second, first, ...others]) allowances.take(address);
    expect(allowances.take(first), "seen again, kept").to.equal(-1);
    expect(allowances.take(second), "forgotten").to.equal(1);
  });
});

describe("The rate limit", () => {
  const read = route({
    method: "GET",
    paths: ["/things/{id}"],
    operationId: "read",
    summary: "Reads",
    replies: {},
    handle(ctx) {
      ctx.body = "read";
    },
  });
  const write = route({ ...read, method: "POST", paths: ["/things"], operationId: "write" });
  const list = route({ ...read, paths: ["/things"], operationId: "list", expensive: true });
  const about = {
    service: "counter",
    title: "Things",
    description: "Things.",
    version: "1.0.0",
  } as const;

  let app: RunningApp;
  const serve = async (rateLimits: Record<"reads" | "writes" | "expensive", number>) => {
    const context = testContext();
    const http = { ...context.http, rateLimits };
    app = await startApp(createServiceApp(about, [read, write, list], { ...context, http }));
  };
  afterEach(() => app[Symbol.asyncDispose]());

  const send = async (method: string, path: string, forwardedFor?: string) => {
    const headers = forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor };
    const answer = await fetch(app.url + path, { method, headers });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  it("counts reads, writes and expensive requests of an address apart, and says what is left", async () => {
    await serve({ reads: 2, writes: 1, expensive: 1 });
    const answers = [
      await send("GET", "/things/1", "6.6.6.6, 192.0.2.1"),
      await send("GET", "/no-such-thing", "7.7.7.7, 192.0.2.1:4711"),
      await send("GET", "/things/1", "192.0.2.1"),
      await send("POST", "/things", "192.0.2.1"),
      await send("POST", "/things", "192.0.2.1"),
      await send("GET", "/things", "192.0.2.1"),
      await send("GET", "/things/1", "192.0.2.2"),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 404, 429, 200, 429, 200, 200]);
    const [first, , refused] = answers;
    expect(first?.headers.get("ratelimit-policy")).to.equal('"reads";q=2;w=60');
    expect(first?.headers.get("ratelimit")).to.equal('"reads";r=1;t=30');
    expect(refused?.headers.get("ratelimit")).to.equal('"reads";r=0;t=60');
    expect(Number(refused?.headers.get("retry-after"))).to.be.within(1, 30);
    expect(JSON.parse(refused?.text ?? "")).to.include({
      type: "/counter/problems/too-many-requests",
    });
  });

  it("is none by default: nothing is said, and nothing counted", async () => {
    await serve({ reads: 0, writes: 0, expensive: 0 });
    const { status, headers } = await send("GET", "/things/1", "192.0.2.1");
    expect(status).to.equal(200);
    expect([...headers.keys()].filter((name) => name.startsWith("ratelimit"))).to.deep.equal([]);
  });

  it("is not for health checks and Prometheus, which come without the load balancer", async () => {
    await serve({ reads: 1, writes: 1, expensive: 1 });
    for (const path of ["/healthz", "/metrics", "/healthz"]) {
      expect((await send("GET", path)).status, path).to.equal(200);
    }
  });

  it("takes the peer for the caller where the header names nobody", async () => {
    await serve({ reads: 1, writes: 1, expensive: 1 });
    const forged = [
      await send("GET", "/things/1", "junk"),
      await send("GET", "/things/1", "other"),
    ];
    expect(forged.map(({ status }) => status)).to.deep.equal([200, 429]);
  });
});
