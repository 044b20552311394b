import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ErrorReply } from "redis";
import { type Certificate, createCertificate } from "../tools/local/stores/certificate.ts";
import { DynamodbServer } from "../tools/local/stores/dynamodb-server.ts";
import { pollUntil } from "../tools/local/processes/poll-until.ts";
import { RedisServer } from "../tools/local/stores/redis-server.ts";
import { serviceEnvironment } from "../tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../tools/local/processes/service-process.ts";
import { createRedis } from "./redis.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import { recordingLog } from "../tools/testing/start-app.ts";

function connectTo(url: string, timeoutMs = 1_000) {
  const { log, lines } = recordingLog();
  const redis = createRedis({ url, timeoutMs, log });
  const answers = () => redis.run((client) => client.ping()).then((reply) => reply === "PONG");
  return { redis, lines, answers, [Symbol.asyncDispose]: () => redis.close() };
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a Redis connection", () => {
  it("says at once that Redis is away, and works again when it is back", async () => {
    await using server = await RedisServer.start();
    await using connection = connectTo(server.url);
    await pollUntil(connection.answers, { what: "redis answers" });
    await server.kill();
    const failure = await pollUntil(() => failureOf(connection.answers()), { what: "an error" });
    expect(failure).to.be.instanceOf(StoreUnavailable).with.property("store", "redis");
    await server.start();
    await pollUntil(connection.answers, { what: "redis answers again" });
    expect(connection.lines.map(({ msg }) => msg)).to.deep.equal([
      "redis is away; reconnecting",
      "redis is back",
    ]);
  });

  it("waits for a reply no longer than it was told", async () => {
    // Accepts connections and never answers: what a stalled server looks like.
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address() as { port: number };
    await using connection = connectTo(`redis://127.0.0.1:${address.port}`, 50);
    const failure = await failureOf(connection.redis.run(() => new Promise(() => undefined)));
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect((failure as Error).message).to.include("no reply within 50 ms");
    silent.close();
  });

  it("passes on what Redis itself answers", async () => {
    await using server = await RedisServer.start();
    await using connection = connectTo(server.url);
    await pollUntil(connection.answers, { what: "redis answers" });
    const { redis } = connection;
    const failure = await failureOf(redis.run((client) => client.sendCommand(["NONSENSE"])));
    expect(failure).to.be.instanceOf(ErrorReply);
  });
});

describe("Redis behind TLS and a password, as deployed", () => {
  let folder: string;
  let server: RedisServer;
  let certificate: Certificate;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "redis-tls-"));
    certificate = await createCertificate(folder);
    server = await RedisServer.start({ tls: certificate, password: "secret" });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it("serves a service that trusts its certificate", async () => {
    await using dynamodb = await DynamodbServer.start();
    await dynamodb.createTables();
    const stores = { dynamodbUrl: dynamodb.url, redisUrl: server.url };
    const env = { ...serviceEnvironment("counter", stores), NODE_EXTRA_CA_CERTS: certificate.ca };
    await using counter = await ServiceProcess.start("counter", { env });
    const answer = await fetch(`${counter.url}/counter/tls/hits`, { method: "POST" });
    expect(await answer.json()).to.include({ count: 1 });
  });

  it("is away for a client that does not trust its certificate", async () => {
    await using connection = connectTo(server.url);
    const reason = await pollUntil(() => connection.lines[0]?.err, { what: "a reason" });
    expect(reason)
      .to.have.property("message")
      .that.matches(/self-signed certificate/);
    expect(await failureOf(connection.answers())).to.be.instanceOf(StoreUnavailable);
  });

  for (const [fault, userInfo, told] of [
    ["the wrong password", ":wrong@", /WRONGPASS|invalid/],
    ["no password", "", /NOAUTH/],
  ] as const) {
    it(`is away for a client with ${fault}`, async () => {
      await using plain = await RedisServer.start({ password: "secret" });
      await using connection = connectTo(plain.url.replace(":secret@", userInfo));
      const reason = await pollUntil(() => connection.lines[0]?.err, { what: "a reason" });
      expect(reason).to.have.property("message").that.matches(told);
      expect(await failureOf(connection.answers())).to.be.instanceOf(StoreUnavailable);
    });
  }
});
