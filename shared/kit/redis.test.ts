import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { ErrorReply } from "redis";
import { type Certificate, createCertificate } from "../tools/local/stores/certificate.ts";
import { DynamodbServer } from "../tools/local/stores/dynamodb-server.ts";
import { pollUntil } from "../tools/local/processes/poll-until.ts";
import { RedisServer } from "../tools/local/stores/redis-server.ts";
import { serviceEnvironment } from "../tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../tools/local/processes/service-process.ts";
import { createRedis } from "./redis.ts";
import { toRedisFailure } from "./redis-errors.ts";
import { redisScript } from "./redis-script.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import { recordingLog } from "../tools/testing/start-app.ts";
import { TcpProxy } from "../tools/testing/tcp-proxy.ts";

const WRITE = "redis.call('SET', 'written', 1) return 'done'";

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

  it("is away while its server takes connections and does not greet", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address() as { port: number };
    await using connection = connectTo(`redis://127.0.0.1:${address.port}`, 50);
    const failure = await failureOf(connection.answers());
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect(failure).to.include({ reason: "unreachable", mayHaveRun: false });
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

describe("A Redis that refuses", () => {
  let server: RedisServer;
  let connection: ReturnType<typeof connectTo>;
  const configure = (...words: string[]) =>
    connection.redis.run((client) => client.sendCommand(words));
  const write = () => connection.redis.run((client) => client.eval(WRITE));
  before(async () => {
    server = await RedisServer.start();
    connection = connectTo(server.url);
    await pollUntil(connection.answers, { what: "redis answers" });
  });
  after(async () => {
    await connection.redis.close();
    await server.stop();
  });

  for (const [reason, refuse, accept] of [
    ["full", ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]],
    [
      "no-replicas",
      ["CONFIG", "SET", "min-replicas-to-write", "1"],
      ["CONFIG", "SET", "min-replicas-to-write", "0"],
    ],
  ] as const) {
    it(`is not available while it is ${reason}, and has run nothing`, async () => {
      await configure(...refuse);
      const failure = await failureOf(write());
      await configure(...accept);
      expect(failure).to.be.instanceOf(StoreUnavailable);
      expect(failure).to.include({ store: "redis", reason, mayHaveRun: false });
      expect(await write()).to.equal("done");
    });
  }

  it("may have run a script that lacks a permission in its middle", async () => {
    await configure("ACL", "SETUSER", "poor", "on", ">secret", "~*", "+@all", "-info");
    await using poor = connectTo(server.url.replace("redis://", "redis://poor:secret@"));
    await pollUntil(poor.answers, { what: "redis answers" });
    const middle = "redis.call('SET', 'half', 1) return redis.call('INFO')";
    const failure = await failureOf(poor.redis.run((client) => client.eval(middle)));
    expect(failure).to.include({ reason: "denied", mayHaveRun: true });
    expect(await connection.redis.run((client) => client.get("half"))).to.equal("1");
    const alone = await failureOf(poor.redis.run((client) => client.info()));
    expect(alone).to.include({ reason: "denied", mayHaveRun: false });
  });

  it("differs from a mistake of ours", async () => {
    const { redis } = connection;
    await redis.run((client) => client.set("text", "a"));
    const wrongType = await failureOf(redis.run((client) => client.hGet("text", "field")));
    expect(wrongType).to.be.instanceOf(ErrorReply);
    const wrongScript = await failureOf(redis.run((client) => client.eval("return nothing()")));
    expect(wrongScript).to.be.instanceOf(ErrorReply);
  });

  for (const [code, reason] of [
    ["LOADING", "loading"],
    ["MASTERDOWN", "failover"],
    ["CLUSTERDOWN", "failover"],
    ["BUSY", "busy"],
    ["MISCONF", "failing"],
    ["NOAUTH", "denied"],
    ["WRONGPASS", "denied"],
  ] as const) {
    it(`is ${reason} when it says ${code}`, () => {
      expect(toRedisFailure(new ErrorReply(`${code} as Redis words it`)))
        .to.be.instanceOf(StoreUnavailable)
        .and.include({ reason, mayHaveRun: false });
    });
  }
});

describe("A Redis connection that goes silent", () => {
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start();
  });
  after(() => server.stop());

  it("refuses at once after one late reply, and is replaced when the network is back", async () => {
    await using proxy = await TcpProxy.start(server.url);
    await using connection = connectTo(`redis://127.0.0.1:${proxy.port}`, 100);
    await pollUntil(connection.answers, { what: "redis answers" });
    proxy.block();
    const first = await failureOf(connection.answers());
    expect(first).to.include({ reason: "timeout", mayHaveRun: true });
    let sent = 0;
    const ping = () =>
      failureOf(
        connection.redis.run((client) => {
          sent += 1;
          return client.ping();
        }),
      );
    for (let call = 0; call < 50; call += 1) {
      expect(await ping()).to.include({ reason: "timeout", mayHaveRun: false });
    }
    expect(sent).to.equal(0);
    await pollUntil(() => connection.lines.length > 0, { what: "it is given up" });
    await proxy.cut();
    await proxy.heal();
    await pollUntil(connection.answers, { what: "redis answers again" });
  });

  it("is found by its ping when there are no commands", async () => {
    await using proxy = await TcpProxy.start(server.url);
    await using connection = connectTo(`redis://127.0.0.1:${proxy.port}`, 100);
    await pollUntil(connection.answers, { what: "redis answers" });
    proxy.block();
    await pollUntil(() => connection.redis.health.failure, { what: "it is known to be away" });
  });

  it("goes on with the same connection when Redis only stalled", async () => {
    await using proxy = await TcpProxy.start(server.url);
    await using connection = connectTo(`redis://127.0.0.1:${proxy.port}`, 100);
    const id = () => connection.redis.run((client) => client.clientId());
    const before = await pollUntil(() => id().catch(() => undefined), { what: "redis answers" });
    proxy.block();
    expect(await failureOf(connection.answers())).to.include({ reason: "timeout" });
    await proxy.heal();
    await pollUntil(connection.answers, { what: "redis answers again" });
    expect(await id()).to.equal(before);
  });

  it("is not taken for back while Redis greets and keeps writes waiting", async () => {
    await using connection = connectTo(server.url, 100);
    await using operator = connectTo(server.url);
    await pollUntil(connection.answers, { what: "redis answers" });
    await pollUntil(operator.answers, { what: "redis answers the operator" });
    const write = () => connection.redis.run((client) => client.set("paused", "no"));
    await operator.redis.run((client) => client.sendCommand(["CLIENT", "PAUSE", "5000", "WRITE"]));
    expect(await failureOf(write())).to.include({ reason: "timeout", mayHaveRun: true });
    await pollUntil(() => connection.lines.length > 0, { what: "it is given up" });
    for (let call = 0; call < 10; call += 1) {
      expect(await failureOf(write())).to.include({ mayHaveRun: false });
      await delay(100);
    }
    await pollUntil(() => write().catch(() => undefined), { what: "it writes again" });
  });

  it("looks for the new primary when its server has become a replica", async () => {
    await using connection = connectTo(server.url);
    await using operator = connectTo(server.url);
    const command = (...words: string[]) =>
      operator.redis.run((client) => client.sendCommand(words));
    await pollUntil(operator.answers, { what: "redis answers" });
    const id = () => connection.redis.run((client) => client.clientId());
    const before = await pollUntil(() => id().catch(() => undefined), { what: "redis answers" });
    const write = () => connection.redis.run((client) => client.set("role", "primary"));
    await command("REPLICAOF", "127.0.0.1", "1");
    expect(await failureOf(write())).to.include({ reason: "read-only", mayHaveRun: false });
    expect(await failureOf(connection.redis.check())).to.include({ reason: "read-only" });
    await command("REPLICAOF", "NO", "ONE");
    await pollUntil(() => write().catch(() => undefined), { what: "it writes again" });
    expect(await id()).to.not.equal(before);
  });
});

describe("A script of a Redis connection", () => {
  const appendText = redisScript(
    "return redis.call('APPEND', KEYS[1], ARGV[1])",
    (length) => length as number,
  );

  it("is typed, and is sent again to a server that has forgotten it", async () => {
    await using server = await RedisServer.start();
    const { log } = recordingLog();
    const redis = createRedis({ url: server.url, timeoutMs: 1_000, log, scripts: { appendText } });
    await pollUntil(() => redis.check().then(() => true), { what: "redis answers" });
    const lengths: number[] = [];
    for (let call = 0; call < 3; call += 1) {
      lengths.push(await redis.run((client) => client.appendText(["text"], ["ab"])));
      await redis.run((client) => client.scriptFlush());
    }
    await redis.close();
    expect(lengths).to.deep.equal([2, 4, 6]);
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
