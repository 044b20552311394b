import { createServer } from "node:net";
import { expect } from "chai";
import { ErrorReply } from "redis";
import { pollUntil } from "./dev/poll-until.ts";
import { RedisServer } from "./dev/redis-server.ts";
import { createRedis } from "./redis.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import { recordingLog } from "./testing/start-app.ts";

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
