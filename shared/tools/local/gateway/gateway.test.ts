import { once } from "node:events";
import { createServer, request, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { serviceNames, type ServiceName } from "../../../contract.ts";
import { findFreePort } from "../processes/free-port.ts";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { pollUntil } from "../processes/poll-until.ts";

const nobody = Object.fromEntries(serviceNames.map((name) => [name, []])) as unknown as Record<
  ServiceName,
  string[]
>;

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get("content-type")).to.equal("application/problem+json");
  return (await response.json()) as Record<string, unknown>;
}

describe("Gateway", () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });

  /** An instance of a service: healthy, and else answering as told. */
  async function startInstance(listener: RequestListener): Promise<string> {
    const server = createServer((incoming, response) => {
      if (incoming.url === "/healthz") response.end();
      else listener(incoming, response);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    cleanUps.push(() => server.close().closeAllConnections());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function startGateway(options: Partial<GatewayOptions>): Promise<Gateway> {
    const port = await findFreePort();
    const gateway = await Gateway.start({ port, instances: nobody, ...options });
    cleanUps.push(() => gateway.stop());
    return gateway;
  }

  const named = (name: string) => startInstance((_, response) => response.end(name));
  const namesOf = async (gateway: Gateway, count: number) => {
    const names = [];
    for (let i = 0; i < count; i += 1) names.push(await (await fetch(gateway.url)).text());
    return names;
  };

  it("gives each path to its service, query and all", async () => {
    const instances = { ...nobody };
    for (const service of serviceNames) {
      instances[service] = [
        await startInstance((incoming, response) => response.end(`${service} ${incoming.url}`)),
      ];
    }
    const { url } = await startGateway({ instances });
    const answer = async (path: string) => (await fetch(`${url}${path}`)).text();
    expect(await answer("/?a=/data")).to.equal("counter /?a=/data");
    expect(await answer("/product/1")).to.equal("catalog /product/1");
    expect(await answer("/api/v1/streams/x")).to.equal("stream-guard /api/v1/streams/x");
  });

  it("answers any other path with a 404 problem", async () => {
    const { url } = await startGateway({});
    const response = await fetch(`${url}/healthz`, { method: "POST", body: "something" });
    expect(response.status).to.equal(404);
    const problem = await problemOf(response);
    expect(problem).to.include({
      type: "/local/problems/not-found",
      status: 404,
      title: "Not found",
    });
    expect(problem.detail).to.include("/healthz");
    expect(problem.request_id).to.equal(response.headers.get("x-request-id"));
  });

  it("appends the peer to x-forwarded-for and says how it was called", async () => {
    const instance = await startInstance((incoming, response) =>
      response.end(JSON.stringify(incoming.headers)),
    );
    const { url } = await startGateway({ instances: { ...nobody, counter: [instance] } });
    const seen = async (headers: Record<string, string>) =>
      (await (await fetch(url, { headers })).json()) as Record<string, string>;

    const plain = await seen({});
    expect(plain["x-forwarded-for"]).to.equal("127.0.0.1");
    expect(plain["x-forwarded-proto"]).to.equal("http");
    expect(plain["x-forwarded-port"]).to.equal(new URL(url).port);
    expect(plain.host).to.equal(new URL(url).host);
    expect(plain["x-amzn-trace-id"]).to.match(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);

    const forged = await seen({
      "x-forwarded-for": "9.9.9.9",
      "x-amzn-trace-id": "Self=1-a;Root=1-b",
    });
    expect(forged["x-forwarded-for"]).to.equal("9.9.9.9, 127.0.0.1");
    expect(forged["x-amzn-trace-id"]).to.match(/^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-b$/);
  });

  for (const name of ["content-length", "Transfer-Encoding", "host", "x-forwarded-for"]) {
    it(`refuses a request whose connection header drops ${name}`, async () => {
      let asked = 0;
      const instance = await startInstance((_, response) => {
        asked += 1;
        response.end();
      });
      const { url } = await startGateway({ instances: { ...nobody, counter: [instance] } });
      const smuggled =
        "POST /counter/x/hits HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 9.9.9.9\r\n\r\n";
      const headers = { connection: `close, ${name}`, "content-length": smuggled.length };
      const client = request(`${url}/counter/x`, { method: "GET", headers });
      client.end(smuggled);
      const [response] = (await once(client, "response")) as [IncomingMessage];
      expect(response.statusCode).to.equal(400);
      const { type, detail } = JSON.parse(await text(response)) as Record<string, string>;
      expect(type).to.equal("/local/problems/bad-connection-header");
      expect(detail).to.include(`must not name ${name.toLowerCase()}`);
      expect(asked).to.equal(0);
    });
  }

  it("passes bodies, status, headers and several cookies through", async () => {
    const instance = await startInstance((incoming, response) => {
      response.writeHead(201, "Made", {
        "set-cookie": ["a=1", "b=2"],
        "x-method": incoming.method,
      });
      incoming.pipe(response);
    });
    const { url } = await startGateway({ instances: { ...nobody, catalog: [instance] } });
    const body = "x".repeat(300_000);
    const response = await fetch(`${url}/data`, { method: "DELETE", body });
    expect([response.status, response.statusText]).to.deep.equal([201, "Made"]);
    expect(response.headers.getSetCookie()).to.deep.equal(["a=1", "b=2"]);
    expect(response.headers.get("x-method")).to.equal("DELETE");
    expect(await response.text()).to.equal(body);
  });

  it("passes on the answer of an instance that answers before it has the whole body", async () => {
    const picky = await startInstance((incoming, response) => {
      response.writeHead(413).end("too large");
      incoming.resume();
    });
    const { url } = await startGateway({ instances: { ...nobody, counter: [picky] } });
    const response = await fetch(url, { method: "POST", body: "x".repeat(3_000_000) });
    expect([response.status, await response.text()]).to.deep.equal([413, "too large"]);
  });

  it("hangs up on an instance when the client leaves before the answer", async () => {
    const { promise: asked, resolve: wasAsked } = Promise.withResolvers<undefined>();
    const { promise: left, resolve: wasLeft } = Promise.withResolvers<undefined>();
    const mute = await startInstance((_, response) => {
      response.on("close", () => wasLeft(undefined));
      wasAsked(undefined);
    });
    const { url } = await startGateway({ instances: { ...nobody, counter: [mute] } });
    const client = request(url).end();
    client.on("error", () => undefined);
    await asked;
    client.destroy();
    await left;
  });

  it("streams: each chunk as it comes, and a client that leaves is gone for the instance", async () => {
    let left = false;
    const { promise: more, resolve: sendMore } = Promise.withResolvers<undefined>();
    const instance = await startInstance((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      response.on("close", () => (left = true));
      void more.then(() => response.write("data: 1\n\n"));
    });
    const { url } = await startGateway({ instances: { ...nobody, counter: [instance] } });
    const client = request(`${url}/counter/home/events`).end();
    const [response] = (await once(client, "response")) as [IncomingMessage];
    sendMore(undefined);
    expect(String((await once(response, "data"))[0])).to.equal("data: 1\n\n");
    expect(left).to.equal(false);
    client.destroy();
    await pollUntil(() => left, { what: "The instance sees the client leave" });
  });

  it("takes the instances in turn", async () => {
    const instances = { ...nobody, counter: [await named("one"), await named("two")] };
    const gateway = await startGateway({ instances });
    expect(await namesOf(gateway, 4)).to.deep.equal(["one", "two", "one", "two"]);
  });

  it("passes a dead instance over, body and all, and takes it back when it lives again", async () => {
    const port = await findFreePort();
    const echo = await startInstance((incoming, response) => incoming.pipe(response));
    const dead = `http://127.0.0.1:${port}`;
    const gateway = await startGateway({ instances: { ...nobody, counter: [dead, echo] } });
    for (const body of ["one", "two", "three"]) {
      const response = await fetch(gateway.url, { method: "POST", body });
      expect(await response.text()).to.equal(body);
    }
    const revived = createServer((_, response) => response.end("revived"));
    cleanUps.push(() => revived.close().closeAllConnections());
    await once(revived.listen(port, "127.0.0.1"), "listening");
    await pollUntil(async () => (await namesOf(gateway, 2)).includes("revived"), {
      what: "The instance is back",
    });
  });

  it("sends nothing more to an instance that says it is draining", async () => {
    let draining = false;
    const server = createServer((_, response) => {
      response.writeHead(draining ? 503 : 200).end("one");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    cleanUps.push(() => server.close().closeAllConnections());
    const one = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const instances = { ...nobody, counter: [one, await named("two")] };
    const gateway = await startGateway({ instances, healthIntervalMs: 20 });
    expect(await namesOf(gateway, 2)).to.deep.equal(["one", "two"]);
    draining = true;
    await pollUntil(async () => !(await namesOf(gateway, 4)).includes("one"), {
      what: "The instance is out of turn",
    });
  });

  it("answers 503 when no instance takes a connection", async () => {
    const dead = `http://127.0.0.1:${await findFreePort()}`;
    const { url } = await startGateway({ instances: { ...nobody, counter: [dead] } });
    const response = await fetch(url);
    expect(response.status).to.equal(503);
    expect(response.headers.get("retry-after")).to.equal("1");
    expect(await problemOf(response)).to.include({ type: "/local/problems/no-instance" });
    const page = await fetch(`${url}/local/problems/no-instance`);
    expect(await page.text()).to.include("No instance of the service takes connections.");
  });

  it("answers 502 when the instance hangs up", async () => {
    const rude = await startInstance((incoming) => incoming.socket.destroy());
    const { url } = await startGateway({ instances: { ...nobody, counter: [rude] } });
    const response = await fetch(url);
    expect(response.status).to.equal(502);
    expect(await problemOf(response)).to.include({ type: "/local/problems/bad-gateway" });
  });

  it("answers 504 when the instance is silent for the idle time", async () => {
    const mute = await startInstance(() => undefined);
    const instances = { ...nobody, counter: [mute] };
    const { url } = await startGateway({ instances, idleTimeoutMs: 100 });
    const response = await fetch(url);
    expect(response.status).to.equal(504);
    expect(await problemOf(response)).to.include({ type: "/local/problems/gateway-timeout" });
  });

  it("breaks off an answer that the instance breaks off", async () => {
    const half = await startInstance((_, response) => {
      response.writeHead(200, { "content-length": 10 }).write("12345");
      setImmediate(() => response.destroy());
    });
    const { url } = await startGateway({ instances: { ...nobody, counter: [half] } });
    const client = request(url).end();
    const [response] = (await once(client, "response")) as [IncomingMessage];
    expect(await text(response).catch((error: unknown) => error)).to.be.an("error");
  });
});
