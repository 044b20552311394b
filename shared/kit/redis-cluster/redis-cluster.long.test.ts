import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { pollUntil } from "../../tools/local/processes/poll-until.ts";
import { RedisClusterServer } from "../../tools/local/stores/redis-cluster-server.ts";
import { recordingLog } from "../../tools/testing/start-app.ts";
import { openRedis } from "./open-redis.ts";

describe("A Redis cluster that loses a primary", () => {
  for (const [how, signal] of [
    ["is killed", "SIGKILL"],
    ["goes silent", "SIGSTOP"],
  ] as const) {
    it(`${how}: refuses its keys alone, and finds them at its replica`, async function () {
      this.timeout(60_000);
      await using server = await RedisClusterServer.start();
      const { log, lines } = recordingLog();
      const options = { url: server.url, timeoutMs: 500, log, isCluster: true };
      const redis = openRedis(options);
      await pollUntil(() => redis.check().then(() => true), { what: "every primary answers" });
      const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
      const increase = (key: string) => redis.run((client) => client.incr(key), { key });
      for (const key of keys) expect(await increase(key)).to.equal(1);
      const [victim = ""] = keys;
      const address = redis.nodeOf(victim);
      const node = server.nodes.find(({ port }) => address === `127.0.0.1:${port}`);
      process.kill(node?.process.pid ?? 0, signal);
      const state = { isBack: false, refused: 0 };
      const isBack = () =>
        increase(victim).catch(() => {
          state.refused += 1;
          return undefined;
        });
      const back = pollUntil(isBack, { what: "the replica takes over" }).finally(() => {
        state.isBack = true;
      });
      const others = keys.filter((key) => redis.nodeOf(key) !== address);
      while (!state.isBack) {
        for (const key of others) await increase(key);
        await delay(10);
      }
      await back;
      expect(state.refused).to.be.above(0);
      expect(redis.nodeOf(victim)).to.not.equal(address);
      // One that is silent is replaced before it is given up.
      const away = lines.filter(({ msg }) => /away/.test(String(msg)));
      expect(away.map((line) => line.node)).to.deep.equal(signal === "SIGKILL" ? [address] : []);
      await pollUntil(() => redis.check().then(() => true), { what: "every primary answers" });
      await redis.close();
    });
  }
});
