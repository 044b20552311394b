import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { pollUntil } from "../../tools/local/processes/poll-until.ts";
import { ServiceProcess } from "../../tools/local/processes/service-process.ts";

const program = fileURLToPath(
  new URL("../../tools/testing/slow-service.ts", import.meta.url),
) as `${string}.ts`;

function start(env: Record<string, string> = {}) {
  return ServiceProcess.start(program, {
    env: { SLOW_MS: "500", DRAIN_MS: "0", REQUEST_TIMEOUT_MS: "30000", ...env },
  });
}

function messagesOf(service: ServiceProcess): string[] {
  return service.process.lastLines.map((line) => (JSON.parse(line) as { msg: string }).msg);
}

/** A connection on which the text was sent and has arrived: a whole request went after it. */
async function send(url: string, text: string) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("utf8");
  socket.on("error", () => undefined);
  const client = {
    socket,
    text: "",
    closed: once(socket, "close"),
    async received(pattern: RegExp) {
      while (!pattern.test(client.text)) await once(socket, "data");
    },
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await client.closed;
    },
  };
  socket.on("data", (chunk: string) => (client.text += chunk));
  await once(socket, "connect");
  if (text !== "") await new Promise((resolve) => socket.write(text, resolve));
  await fetch(`${url}/healthz`);
  return client;
}

describe("a served app that is stopped", () => {
  it("answers what it has begun, runs its last steps, and exits 0", async () => {
    await using service = await start();
    const answer = fetch(`${service.url}/slow`);
    await service.process.waitForLine(/slow request came/);
    const exit = service.stop();
    expect(await (await answer).json()).to.deep.equal({ done: true });
    expect(await exit).to.include({ code: 0 });
    expect(messagesOf(service).slice(-4)).to.deep.equal([
      "stopping",
      "flushed",
      "closed",
      "stopped",
    ]);
  });

  it("serves on while it drains, says so, and asks connections to close", async () => {
    await using service = await start({ DRAIN_MS: "1500", SLOW_MS: "1" });
    const exit = service.stop();
    await pollUntil(async () => (await fetch(`${service.url}/healthz`)).status === 503, {
      what: "the health check fails",
    });
    const answer = await fetch(`${service.url}/slow`);
    expect(answer.status).to.equal(200);
    expect(answer.headers.get("connection")).to.equal("close");
    expect(await exit).to.include({ code: 0 });
  });

  for (const [part, text] of [
    ["a connection without a request", ""],
    ["half a head", "POST /take HTTP/1.1\r\nhost: a\r\n"],
    [
      "half a body",
      "POST /take HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
    ],
  ] as const) {
    it(`cuts ${part}, runs its last steps, and exits 0`, async () => {
      await using service = await start();
      await using client = await send(service.url, text);
      expect(await service.stop()).to.include({ code: 0 });
      expect(messagesOf(service).slice(-3)).to.deep.equal(["flushed", "closed", "stopped"]);
      await client.closed;
    });
  }

  it("exits 1 when a last step fails, and runs the others", async () => {
    await using service = await start({ FLUSH: "fails" });
    expect(await service.stop()).to.include({ code: 1 });
    const lines = service.process.lastLines.map((line) => JSON.parse(line) as { step?: string });
    expect(lines.at(-3)).to.include({ level: "error", step: "flush" });
    expect(messagesOf(service).slice(-2)).to.deep.equal(["closed", "stopped"]);
  });
});

describe("a served app", () => {
  it("answers 408 to a body that is late, and keeps a connection that waits for its turn", async () => {
    await using service = await start({ REQUEST_TIMEOUT_MS: "100", SLOW_MS: "0" });
    const request = "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n";
    await using waiting = await send(service.url, request);
    await waiting.received(/done/);
    const head = "POST /take HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    await using late = await send(service.url, `${head}content-length: 9\r\n\r\n{`);
    await late.closed;
    expect(late.text).to.match(/^HTTP\/1.1 408 /);
    waiting.socket.write(request);
    await waiting.received(/done.*done/s);
  });

  it("keeps connections open for longer than the load balancer does", async () => {
    await using service = await start();
    const answer = await fetch(`${service.url}/healthz`);
    expect(answer.headers.get("keep-alive")).to.equal("timeout=65");
  });
});
