import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { launchBrowser } from "../../../shared/tools/testing/browser/launch-browser.ts";

describe("stream-guard and a page that its visitor opens in a browser", () => {
  const cleanUps = new AsyncDisposableStack();
  let service: ServiceProcess;
  let foreignUrl: string;
  let page: Page;

  before(async function () {
    this.timeout(60_000);
    const browser = cleanUps.use(await launchBrowser());
    const dynamodb = cleanUps.use(await DynamodbServer.start());
    await dynamodb.createTables();
    const given = serviceEnvironment("stream-guard", { dynamodbUrl: dynamodb.url });
    // The browser and the test call from one address, as a page and a player of one person do.
    const env = { ...given, TRUSTED_HOPS: "0" };
    service = cleanUps.use(await ServiceProcess.start("stream-guard", { env }));
    foreignUrl = cleanUps.adopt(await startForeignSite(), (site) => site.close()).url;
    page = await browser.newPage();
  });
  after(() => cleanUps.disposeAsync());

  const call = (method: string, path: string, body?: string) =>
    fetch(`${service.url}/api/v1/${path}`, {
      method,
      ...(body !== undefined && { body, headers: { "content-type": "application/json" } }),
    });
  const active = async () => {
    const { streams } = (await (await call("GET", "streams")).json()) as { streams: unknown[] };
    return streams.length;
  };

  it("keeps a page of another site from reading what its visitor watches", async () => {
    const body = JSON.stringify({ stream_id: "private", video_name: "Private" });
    expect((await call("POST", "stream", body)).status).to.equal(201);
    await page.goto(foreignUrl);
    const read = (url: string) =>
      page.evaluate((each) => fetch(each).then((answer) => answer.text(), String), url);
    expect(await read(`${service.url}/api/v1/streams`)).to.match(/^TypeError/);
    expect((await call("DELETE", "streams/private")).status).to.equal(204);
  });

  it("keeps it from taking its visitor's slots", async () => {
    await page.goto(foreignUrl);
    const types = await page.evaluate(async (url) => {
      const send = (body?: string) =>
        fetch(url, { method: "POST", mode: "no-cors", body: body ?? null });
      const answers = [await send(), await send(), await send("{}")];
      return answers.map(({ type }) => type);
    }, `${service.url}/api/v1/stream`);
    expect(types).to.deep.equal(["opaque", "opaque", "opaque"]);
    expect(await active()).to.equal(0);
  });

  it("serves a page of its own origin, and clients that are no browser", async () => {
    await page.goto(`${service.url}/stream-guard/status`);
    const status = await page.evaluate(
      async () => (await fetch("/api/v1/stream", { method: "POST" })).status,
    );
    expect(status).to.equal(201);
    expect((await call("POST", "stream")).status).to.equal(201);
    expect(await active()).to.equal(2);
  });
});

/** A site of its own: another host name, though the same machine. */
async function startForeignSite() {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<title>Elsewhere</title>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://elsewhere.localhost:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
