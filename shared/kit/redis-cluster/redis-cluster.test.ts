import { expect } from "chai";
import { pollUntil } from "../../tools/local/processes/poll-until.ts";
import { RedisClusterServer } from "../../tools/local/stores/redis-cluster-server.ts";
import { recordingLog } from "../../tools/testing/start-app.ts";
import { redisScript } from "../redis-script.ts";
import { StoreUnavailable } from "../store-unavailable.ts";
import { hashSlot } from "./hash-slot.ts";
import { openRedis } from "./open-redis.ts";

const scripts = {
  appendBoth: redisScript(
    "redis.call('APPEND', KEYS[2], ARGV[1]) return redis.call('APPEND', KEYS[1], ARGV[1])",
    (length) => length as number,
  ),
  replace: redisScript(
    "redis.call('DEL', KEYS[1]) return redis.call('APPEND', KEYS[1], ARGV[1])",
    (length) => length as number,
  ),
};
let words = 0;
const newKey = () => `key-${(words += 1)}`;

function connectTo(url: string, timeoutMs = 2_000) {
  const { log, lines } = recordingLog();
  const redis = openRedis({ url, timeoutMs, log, scripts, isCluster: true });
  return { redis, lines, [Symbol.asyncDispose]: () => redis.close() };
}

describe("A Redis cluster", () => {
  let server: RedisClusterServer;
  let connection: ReturnType<typeof connectTo>;
  before(async function () {
    this.timeout(60_000);
    server = await RedisClusterServer.start({ primaries: 2, replicas: 0 });
    connection = connectTo(server.url);
    const { redis } = connection;
    await pollUntil(() => redis.check().then(() => true), { what: "every primary answers" });
  });
  after(async () => {
    await connection.redis.close();
    await server[Symbol.asyncDispose]();
  });

  /** A node of the cluster, and another one, by a key that the first one has. */
  const nodesOf = (key: string) => {
    const owner = connection.redis.nodeOf(key);
    const [node] = server.nodes.filter(({ port }) => owner === `127.0.0.1:${port}`);
    const [other] = server.nodes.filter((candidate) => candidate !== node);
    if (node === undefined || other === undefined) throw new Error(`nobody has ${key}`);
    return { node, other };
  };
  const append = (key: string, redis = connection.redis, named: string | undefined = key) =>
    redis.run((client) => client.appendBoth([key, `{${key}}:too`], ["ab"]), { key: named });

  it("has each key in the slot that Redis itself computes", async () => {
    for (const key of [
      "",
      "a",
      "{a}b",
      "x{a}{b}",
      "{}a",
      "a{b",
      "}{",
      "{a}",
      "grün {ü} 😀",
      "a{}{b}",
    ]) {
      const slot = await connection.redis.run((client) => client.clusterKeySlot(key));
      expect(hashSlot(key), key).to.equal(slot);
    }
  });

  it("runs the scripts of many keys, each where it belongs, even unnamed", async () => {
    const keys = Array.from({ length: 30 }, newKey);
    for (const named of [true, false]) {
      await Promise.all(keys.map((key) => append(key, connection.redis, named ? key : undefined)));
    }
    expect(new Set(keys.map((key) => connection.redis.nodeOf(key)))).to.have.property("size", 2);
    for (const key of keys) expect(await append(key)).to.equal(6);
  });

  it("follows a slot that moves with its keys, and runs each command once", async () => {
    const [key, { redis }] = [newKey(), connection];
    const { node, other } = nodesOf(key);
    const lengths: number[] = [];
    const state = { isMoved: false };
    const moving = server.moveSlot(redis.slotOf(key), node, other).finally(() => {
      state.isMoved = true;
    });
    while (!state.isMoved || lengths.length < 20) lengths.push(await append(key));
    await moving;
    expect(lengths).to.deep.equal(lengths.map((_, index) => 2 * (index + 1)));
    expect(redis.nodeOf(key)).to.equal(`127.0.0.1:${other.port}`);
  });

  it("asks the next owner for a key that has left, though it has never seen the script", async () => {
    const key = newKey();
    const { node, other } = nodesOf(key);
    await server.beginMove(hashSlot(key), node, other);
    await using stranger = connectTo(server.url);
    await pollUntil(() => stranger.redis.check().then(() => true), { what: "all answer" });
    const get = (value: string) => stranger.redis.run((client) => client.set(key, value), { key });
    expect(await get("there")).to.equal("OK");
    await server.endMove(hashSlot(key), node, other);
    expect(await connection.redis.run((client) => client.get(key), { key })).to.equal("there");
  });

  it("has not run what it gives up while some keys of a script are on their way", async () => {
    const key = newKey();
    const { node, other } = nodesOf(key);
    await using impatient = connectTo(server.url, 100);
    await pollUntil(() => impatient.redis.check().then(() => true), { what: "all answer" });
    await append(key);
    await connection.redis.run((client) => client.del(`{${key}}:too`), { key });
    await server.beginMove(hashSlot(key), node, other);
    const failure = await append(key, impatient.redis).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect(failure).to.include({ reason: "failover", mayHaveRun: false });
    const patient = append(key);
    await server.endMove(hashSlot(key), node, other);
    expect(await patient).to.equal(4);
  });

  it("may have run a script that uses a key which it deleted while its slot moves", async () => {
    const key = newKey();
    const { redis } = connection;
    const { node, other } = nodesOf(key);
    const replace = () => redis.run((client) => client.replace([key], ["abc"]), { key });
    expect(await append(key)).to.equal(2);
    await server.beginMove(hashSlot(key), node, other);
    const failure = await replace().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect(failure).to.include({ reason: "failover", mayHaveRun: true });
    await server.endMove(hashSlot(key), node, other);
    expect(await replace()).to.equal(3);
  });

  it("waits for the owner of a slot that nobody has, and has not run what it gives up", async () => {
    const key = newKey();
    const { node, other } = nodesOf(key);
    await using impatient = connectTo(server.url, 100);
    await using patient = connectTo(server.url, 20_000);
    for (const { redis } of [impatient, patient]) {
      await pollUntil(() => redis.check().then(() => true), { what: "all answer" });
    }
    expect(await append(key, patient.redis)).to.equal(2);
    for (const each of [node, other]) await server.disown(hashSlot(key), each);
    const failure = await append(key, impatient.redis).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect(failure).to.include({ reason: "failover", mayHaveRun: false });
    const appended = append(key, patient.redis);
    await server.own(hashSlot(key), node);
    expect(await appended).to.equal(4);
  });
});
