import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import { z } from "zod";
import { StoreUnavailable } from "../store-unavailable.ts";
import { pollUntil } from "../../tools/local/processes/poll-until.ts";
import { recordingLog, startApp, testContext, testService } from "../../tools/testing/start-app.ts";
import { Problem } from "./problem.ts";
import { route } from "./route.ts";
import { createServiceApp, type ServiceContext } from "./service-app.ts";

const Thing = z.strictObject({ name: z.string().min(1).max(5), size: z.number().optional() });
const failures: Record<string, () => Error> = {
  bug: () => new Error("secret internals"),
  store: () => new StoreUnavailable("redis", new Error("connect refused")),
  full: () =>
    new Problem(
      { status: 503, id: "full", title: "Full", description: "" },
      { detail: "Try again." },
    ),
  gone: () =>
    new Problem(
      { status: 410, id: "gone", title: "Gone", description: "" },
      { detail: "It is gone.", extra: { since: "noon" } },
    ),
};

const routes = [
  route({
    method: "PUT",
    paths: ["/things/{id}", "/catalog/things/{id}"],
    operationId: "putThing",
    summary: "Keeps a thing",
    params: z.object({ id: z.string().regex(/^\d+$/) }),
    query: z.object({ dry: z.enum(["yes"]).optional() }),
    body: Thing,
    apiKey: true,
    replies: { 200: { description: "Kept", schema: Thing } },
    handle(ctx, { params, query, body }) {
      ctx.body = { ...params, ...query, ...body };
    },
  }),
  route({
    method: "GET",
    paths: ["/things/{id}"],
    operationId: "failThing",
    summary: "Fails",
    replies: {},
    handle(ctx) {
      throw failures[ctx.path.slice("/things/".length)]?.() ?? new Error("unknown failure");
    },
  }),
];
async function start(overrides: Partial<ServiceContext> = {}) {
  const context = testContext(overrides);
  const app = createServiceApp(testService, routes, context);
  return { ...(await startApp(app)), context };
}

function put(url: string, body: string, headers: Record<string, string> = {}) {
  return fetch(`${url}/things/7`, {
    method: "PUT",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

async function problemOf(answer: Response) {
  expect(answer.headers.get("content-type")).to.match(/^application\/problem\+json/);
  return (await answer.json()) as {
    status: number;
    type: string;
    detail: string;
    request_id: string;
    errors?: { path: string; message: string }[];
  };
}

describe("a service's app", () => {
  it("hands a route its checked input, on each of its paths", async () => {
    await using app = await start();
    for (const path of ["/things/7?dry=yes", "/catalog/things/7?dry=yes"]) {
      const answer = await fetch(app.url + path, {
        method: "PUT",
        body: '{"name":"cup"}',
        headers: { "content-type": "application/json" },
      });
      expect(await answer.json()).to.deep.equal({ id: "7", dry: "yes", name: "cup" });
    }
  });

  for (const [fault, body, status, type, told] of [
    ["malformed JSON", '{"name":', 400, "malformed-body", /JSON/],
    ["an unknown field", '{"name":"cup","colour":1}', 400, "invalid-input", /colour: unknown/],
    ["a missing field", "{}", 400, "invalid-input", /name: expected a text, received nothing/],
    ["no body at all", "", 400, "invalid-input", /body: expected a JSON object, received nothing/],
    ["a wrong type", '{"name":7}', 400, "invalid-input", /name: expected a text, received 7/],
    ["a value that is too long", '{"name":"longer"}', 400, "invalid-input", /5 char.*"longer"/],
    [
      "JSON that is no object",
      '"cup"',
      400,
      "invalid-input",
      /expected a JSON object, received a text/,
    ],
    [
      "more than 16 KiB",
      JSON.stringify({ name: "x".repeat(1 << 20) }),
      413,
      "body-too-large",
      /16384/,
    ],
  ] as const) {
    it(`refuses ${fault} with ${status} and says what is wrong`, async () => {
      await using app = await start();
      const answer = await put(app.url, body);
      expect(answer.status).to.equal(status);
      const problem = await problemOf(answer);
      expect(problem.type).to.equal(`/catalog/problems/${type}`);
      expect(problem.detail).to.match(told);
    });
  }

  it("names every fault at once", async () => {
    await using app = await start();
    const problem = await problemOf(await put(app.url, '{"name":"","size":"1","a":1,"b":2}'));
    expect(problem.errors?.map(({ path }) => path)).to.have.members(["name", "size", "a", "b"]);
  });

  it("refuses a body that does not say that it is JSON", async () => {
    await using app = await start();
    const answer = await put(app.url, "name=cup", {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(answer.status).to.equal(415);
    const { type, detail } = await problemOf(answer);
    expect(type).to.equal("/catalog/problems/unsupported-media-type");
    expect(detail).to.include("application/x-www-form-urlencoded");
  });

  it("answers 404 for an unknown path and 405 with Allow for an unknown method", async () => {
    await using app = await start();
    expect((await problemOf(await fetch(`${app.url}/nothing`))).status).to.equal(404);
    const answer = await fetch(`${app.url}/things/7`, { method: "DELETE" });
    expect(answer.status).to.equal(405);
    expect(answer.headers.get("allow")).to.equal("GET, HEAD, PUT");
    expect((await problemOf(answer)).type).to.equal("/catalog/problems/method-not-allowed");
  });

  it("keeps an unknown error to itself and logs it under the id it answers", async () => {
    const { log, lines } = recordingLog();
    await using app = await start({ log });
    const answer = await fetch(`${app.url}/things/bug`, { headers: { "x-request-id": "r-1" } });
    expect(answer.status).to.equal(500);
    const text = await answer.text();
    expect(text).to.include('"request_id":"r-1"').and.not.include("secret");
    expect(text).to.include('"type":"/catalog/problems/internal-error"');
    const failed = lines.find((line) => line.msg === "request failed");
    expect(failed).to.include({ request_id: "r-1", path: "/things/bug" });
    expect(JSON.stringify(failed)).to.include("secret internals");
  });

  it("answers 503 with Retry-After when a store is away", async () => {
    await using app = await start();
    const answer = await fetch(`${app.url}/things/store`);
    expect(answer.status).to.equal(503);
    expect(answer.headers.get("retry-after")).to.equal("1");
    expect(await answer.text())
      .to.include("redis")
      .and.not.include("refused");
  });

  it("logs what a route refuses with 503 as a warning, and what a store does as an error", async () => {
    const { log, lines } = recordingLog();
    await using app = await start({ log });
    await fetch(`${app.url}/things/full`);
    await fetch(`${app.url}/things/store`);
    await fetch(`${app.url}/things/gone`);
    expect(lines.map(({ level }) => level)).to.deep.equal([40, 50]);
  });

  it("takes no caller that hung up for a fault", async () => {
    const { log, lines } = recordingLog();
    await using app = await start({ log });
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
    const head = "PUT /things/7 HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    socket.write(`${head}content-length: 9\r\n\r\n{`);
    await fetch(`${app.url}/healthz`);
    socket.destroy();
    await pollUntil(
      async () => (await (await fetch(`${app.url}/metrics`)).text()).includes('status="499"'),
      { what: "the request is over" },
    );
    expect(lines).to.deep.equal([]);
  });

  it("forbids guessing its answers' types, and after HTTPS any plain request", async () => {
    await using app = await start();
    for (const path of ["/catalog/status", "/catalog/docs", "/nothing"]) {
      const headers = (await fetch(app.url + path)).headers;
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
      expect(headers.has("strict-transport-security")).to.equal(false);
      const secure = await fetch(app.url + path, { headers: { "x-forwarded-proto": "https" } });
      expect(secure.headers.get("strict-transport-security")).to.match(/^max-age=\d+$/);
    }
  });

  it("lets a route answer with a problem of its own", async () => {
    await using app = await start();
    const answer = await fetch(`${app.url}/things/gone`);
    expect(await answer.json()).to.include({ status: 410, title: "Gone", since: "noon" });
  });

  it("replaces a request id that could forge the log", async () => {
    await using app = await start();
    const answer = await fetch(`${app.url}/healthz`, { headers: { "x-request-id": "a b" } });
    expect(answer.headers.get("x-request-id")).to.match(/^[\da-f-]{36}-\d+$/);
  });

  it("counts requests by route pattern, never by raw path", async () => {
    await using app = await start();
    await fetch(`${app.url}/things/12345`);
    await fetch(`${app.url}/secret-path`);
    const text = await (await fetch(`${app.url}/metrics`)).text();
    expect(text).to.match(/http_request_duration_seconds_count\{.*route="\/things\/\{id\}".*\} 1/);
    expect(text)
      .to.match(/route="none",status="404"/)
      .and.to.include("nodejs_external_memory");
    expect(text).to.not.include("12345").and.not.include("secret-path");
  });

  it("is alive and Healthy, and neither once it drains", async () => {
    await using app = await start();
    expect((await fetch(`${app.url}/healthz`)).status).to.equal(200);
    expect(await (await fetch(`${app.url}/catalog/status`)).json()).to.deep.equal({
      status: "Healthy",
      service: "catalog",
      instance: "test-instance",
    });
    app.context.lifecycle.drain();
    const answer = await fetch(`${app.url}/healthz`);
    expect(answer.status).to.equal(503);
    expect(answer.headers.get("connection")).to.equal("close");
    const status = await fetch(`${app.url}/status`);
    expect(status.status).to.equal(503);
    expect(await status.text()).to.include("Unhealthy");
  });

  it("names the store that keeps it from being ready", async () => {
    const readiness = {
      redis: () => Promise.reject(new Error("no reply within 50 ms")),
      dynamodb: () => Promise.resolve(),
    };
    await using app = await start({ readiness });
    const answer = await fetch(`${app.url}/readyz`);
    expect(answer.status).to.equal(503);
    expect(await answer.json()).to.deep.equal({
      status: "not ready",
      stores: { redis: "no reply within 50 ms", dynamodb: "ok" },
    });
    expect(await (await fetch(`${app.url}/metrics`)).text())
      .to.include('store_up{store="redis"} 0')
      .and.to.include('store_up{store="dynamodb"} 1');
  });

  it("logs every request but probes when it is asked to, otherwise only the slow ones", async () => {
    for (const [accessLog, slowRequestMs, message] of [
      ["all", 60_000, "request"],
      ["problems", -1, "slow request"],
    ] as const) {
      const { log, lines } = recordingLog();
      const { http } = testContext();
      await using app = await start({ log, http: { ...http, accessLog, slowRequestMs } });
      const path = "/catalog/openapi.json";
      const root = "1-5759e988-bd862e3fe1be46a994272793";
      await fetch(app.url + path, { headers: { "x-amzn-trace-id": `Self=1-2;Root=${root}` } });
      if (accessLog === "all") {
        for (const probe of ["/healthz", "/readyz", "/metrics"]) await fetch(app.url + probe);
      }
      expect(lines).to.have.length(1);
      expect(lines[0]).to.include({
        msg: message,
        path,
        trace_id: "5759e988bd862e3fe1be46a994272793",
      });
    }
  });
});

describe("an API key", () => {
  const apiKeys = ["right-key", "other-key"];
  const withKeys = () => start({ http: { ...testContext().http, apiKeys } });

  it("lets a write pass", async () => {
    await using app = await withKeys();
    for (const authorization of ["Bearer other-key", "bearer  right-key"]) {
      expect((await put(app.url, '{"name":"cup"}', { authorization })).status).to.equal(200);
    }
  });

  for (const authorization of ["", "Bearer wrong-key", "Basic right-key", "Bearer right-key2"]) {
    it(`is asked for when the request says "${authorization}"`, async () => {
      await using app = await withKeys();
      const answer = await put(app.url, '{"name":"cup"}', { authorization });
      expect(answer.status).to.equal(401);
      expect(answer.headers.get("www-authenticate")).to.match(/^Bearer/);
    });
  }
});

describe("CORS", () => {
  const origin = "https://shop.example";
  const preflight = (url: string, method: string) =>
    fetch(`${url}/things/7`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": method },
    });
  const allowOrigin = (answer: Response) => answer.headers.get("access-control-allow-origin");

  it("lets any origin read, and none write, by default", async () => {
    await using app = await start();
    expect(allowOrigin(await fetch(`${app.url}/healthz`, { headers: { origin } }))).to.equal("*");
    expect(allowOrigin(await preflight(app.url, "GET"))).to.equal("*");
    expect(allowOrigin(await preflight(app.url, "PUT"))).to.equal(null);
    expect(allowOrigin(await put(app.url, '{"name":"cup"}', { origin }))).to.equal(null);
  });

  it("lets the named origins write, and no other read", async () => {
    await using app = await start({ http: { ...testContext().http, corsOrigins: [origin] } });
    expect(allowOrigin(await preflight(app.url, "PUT"))).to.equal(origin);
    const answer = await fetch(`${app.url}/healthz`, { headers: { origin: "https://x.example" } });
    expect(allowOrigin(answer)).to.equal(null);
  });
});

describe("a connection", () => {
  it("that sends a header twice or a broken path is answered, never with 5xx", async () => {
    await using app = await start();
    for (const path of ["/things/%zz", "/things/%00", "//", "/things/..%2f", "/things/%F0%28"]) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        httpRequest(`${app.url}${path}`, { method: "PUT" }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
      expect(status, path).to.be.within(400, 499);
    }
  });
});
