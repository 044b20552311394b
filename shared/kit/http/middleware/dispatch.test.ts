import { request } from "node:http";
import { expect } from "chai";
import { z } from "zod";
import { startApp, testContext, testService } from "../../../tools/testing/start-app.ts";
import { type Route, route } from "../route.ts";
import { createServiceApp } from "../service-app.ts";

function named(method: "GET" | "PUT", path: string, options: Partial<Route> = {}): Route {
  return {
    ...options,
    ...route({
      method,
      paths: [path],
      operationId: `${method} ${path}`,
      summary: "Says which route it is",
      params: z.object({ id: z.string().optional() }),
      replies: {},
      handle(ctx, { params }) {
        ctx.body = { route: `${method} ${path}`, ...params };
      },
    }),
  };
}

const routes = [
  named("GET", "/things/{id}"),
  named("PUT", "/things/{id}"),
  named("GET", "/things/{id}/parts"),
  named("GET", "/things/status"),
  named("GET", "/own", { namedOriginsOnly: true }),
  named("PUT", "/own", { namedOriginsOnly: true }),
];
function start(corsOrigins: readonly string[] = ["*"]) {
  const context = testContext();
  const http = { ...context.http, corsOrigins };
  return startApp(createServiceApp(testService, routes, { ...context, http }));
}

/** Asks for exactly this path: fetch would normalise it. */
function ask(url: string, path: string, method = "GET"): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, method }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    })
      .on("error", reject)
      .end();
  });
}

describe("a path", () => {
  it("that is fixed wins over one with a parameter, and has its own methods only", async () => {
    await using app = await start();
    const { text } = await ask(app.url, "/things/status");
    expect(JSON.parse(text)).to.deep.equal({ route: "GET /things/status" });
    for (const [path, allowed] of [
      ["/things/status", "GET, HEAD"],
      ["/things/7", "GET, HEAD, PUT"],
    ] as const) {
      const answer = await fetch(app.url + path, { method: "OPTIONS" });
      expect(answer.status).to.equal(204);
      expect(answer.headers.get("allow")).to.equal(allowed);
    }
    expect((await ask(app.url, "/things/status", "PUT")).status).to.equal(405);
  });

  it("is taken as it came", async () => {
    await using app = await start();
    for (const path of [
      "/THINGS/7",
      "/things/7/",
      "//things/7",
      "/x/../things/7",
      "/things",
      "/things/7/../8",
    ]) {
      expect((await ask(app.url, path)).status, path).to.equal(404);
    }
    for (const [path, id] of [
      ["/things/.", "."],
      ["/things/..", ".."],
      ["/things/%2e%2e", ".."],
      ["/things/a%2Fb", "a/b"],
      ["/things/st%61tus", "status"],
    ] as const) {
      const { text } = await ask(app.url, path);
      expect(JSON.parse(text), path).to.deep.equal({ route: "GET /things/{id}", id });
    }
  });
});

describe("a route for named origins only", () => {
  const foreign = "https://foreign.example";
  const send = async (url: string, method: string, headers: Record<string, string>) =>
    (await fetch(`${url}/own`, { method, headers })).status;

  it("refuses pages of other origins, to read and to write", async () => {
    await using app = await start([]);
    for (const method of ["GET", "PUT"]) {
      for (const headers of [
        { origin: foreign },
        { origin: "null" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
      ] as Record<string, string>[]) {
        expect(await send(app.url, method, headers), JSON.stringify(headers)).to.equal(403);
      }
    }
    const refused = await fetch(`${app.url}/own`, { headers: { origin: foreign } });
    expect(await refused.json()).to.include({ type: "/catalog/problems/foreign-origin" });
  });

  it("answers its own pages, other programs and the origins that are named", async () => {
    await using app = await start([foreign]);
    for (const headers of [
      {},
      { origin: app.url },
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
      { origin: foreign, "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[]) {
      expect(await send(app.url, "PUT", headers), JSON.stringify(headers)).to.equal(200);
    }
  });

  it("lets any page read, and none write, where every origin is named", async () => {
    await using app = await start(["*"]);
    expect(await send(app.url, "GET", { origin: foreign })).to.equal(200);
    expect(await send(app.url, "PUT", { origin: foreign })).to.equal(403);
  });
});
