import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createClient } from "redis";
import { createCertificate } from "./certificate.ts";
import { RedisServer } from "./redis-server.ts";

async function ask(url: string, command: string[], ca?: string): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false, ...(ca && { ca }) } });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

describe("RedisServer", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "redis-server-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("answers as soon as it is started, and is gone after stop", async () => {
    const server = await RedisServer.start();
    expect(await ask(server.url, ["PING"])).to.equal("PONG");
    expect(await server.stop()).to.deep.include({ code: 0 });
    const refused = await ask(server.url, ["PING"]).catch((error: unknown) => error);
    expect(refused).to.have.property("code", "ECONNREFUSED");
  });

  it("starts again on the same port, empty without a folder", async () => {
    await using server = await RedisServer.start();
    await ask(server.url, ["SET", "key", "value"]);
    await server.kill();
    await server.start();
    expect(await ask(server.url, ["GET", "key"])).to.equal(null);
  });

  it("keeps what it acknowledged over a crash, given a folder", async () => {
    await using server = await RedisServer.start({ dataDir: join(folder, "new", "data") });
    await ask(server.url, ["SET", "key", "value"]);
    expect(await server.kill()).to.deep.include({ signal: "SIGKILL" });
    await server.start();
    expect(await ask(server.url, ["GET", "key"])).to.equal("value");
  });

  it("asks for its password", async () => {
    await using server = await RedisServer.start({ password: "secret" });
    const refused = await ask(server.url.replace(":secret@", ""), ["PING"]).catch(String);
    expect(refused).to.include("NOAUTH");
    expect(await ask(server.url, ["PING"])).to.equal("PONG");
  });

  it("speaks TLS, given a certificate", async () => {
    const tls = await createCertificate(folder);
    await using server = await RedisServer.start({ tls });
    expect(server.url).to.match(/^rediss:/);
    expect(await ask(server.url, ["PING"], await readFile(tls.ca, "utf8"))).to.equal("PONG");
  });
});
