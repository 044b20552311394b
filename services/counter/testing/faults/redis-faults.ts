import { appendFile, rm, truncate } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { AWAY_MS, type Fault, flush, replaceInstance, type Scene } from "./fault.ts";

const configure = ({ fleet }: Scene, name: string, value: string) =>
  fleet.redisClient.run((client) => client.configSet(name, value));

async function flushAndRefuse(scene: Scene, setting: string, value: string): Promise<void> {
  await flush(scene);
  await configure(scene, setting, value);
  await delay(AWAY_MS);
  await configure(scene, setting, "0");
}

function signal(pid: number, name: NodeJS.Signals): void {
  process.kill(pid, name);
}

/** A command in the append-only file; so many of them take Redis some seconds to load. */
const FILLING = "*3\r\n$3\r\nSET\r\n$7\r\nfilling\r\n$1\r\n1\r\n";
const FILLINGS = 2_000_000;

/** What happens to Redis while it counts. */
export const redisFaults: readonly Fault[] = [
  {
    name: "5 connections to Redis break under a batch",
    reservations: 0,
    async run({ fleet, load }) {
      for (let turn = 0; turn < 5; turn += 1) {
        await fleet.redisProxy.cut();
        await fleet.redisProxy.heal();
        await load.answered(60);
      }
    },
  },
  {
    name: "Redis unreachable for 4 s",
    reservations: 0,
    async run({ fleet }) {
      await fleet.redisProxy.cut();
      await delay(AWAY_MS);
      await fleet.redisProxy.heal();
    },
  },
  {
    name: "Redis silent on the network for 8 s",
    reservations: 0,
    silentSeconds: 8,
    async run({ fleet }) {
      fleet.redisProxy.block();
      await delay(2 * AWAY_MS);
      await fleet.redisProxy.heal();
    },
  },
  {
    name: "Redis stalled for 20 s (SIGSTOP)",
    reservations: 0,
    silentSeconds: 20,
    async run({ fleet }) {
      signal(fleet.redis.process.pid, "SIGSTOP");
      await delay(20_000);
      signal(fleet.redis.process.pid, "SIGCONT");
    },
  },
  {
    name: "Redis killed, back with its data",
    reservations: 1,
    async run({ fleet }) {
      await fleet.redis.kill();
      await fleet.redis.start();
    },
  },
  {
    name: "Redis killed, back after seconds of LOADING",
    reservations: 1,
    async run({ fleet }) {
      const { path } = await fleet.appendOnlyFile();
      await fleet.redis.kill();
      await appendFile(path, FILLING.repeat(FILLINGS));
      await fleet.redis.start();
      await fleet.redisClient.run((client) => client.bgRewriteAof());
    },
  },
  {
    name: "Redis killed, back with older data",
    reservations: 1,
    async run({ fleet, load }) {
      const kept = await fleet.appendOnlyFile();
      await load.answered(100);
      await fleet.redis.kill();
      await truncate(kept.path, kept.size);
      await fleet.redis.start();
    },
  },
  {
    name: "Redis killed, back empty",
    reservations: 1,
    async run({ fleet }) {
      await fleet.redis.kill();
      await rm(`${fleet.dataDir}/redis`, { recursive: true });
      await fleet.redis.start();
    },
  },
  {
    name: "FLUSHALL, 20 times",
    reservations: 20,
    async run(scene) {
      for (let turn = 0; turn < 20; turn += 1) {
        await flush(scene);
        await delay(50);
      }
    },
  },
  {
    name: "FLUSHALL after new instances took over a count of 1,000,000",
    start: 1_000_000,
    reservations: 1,
    async run(scene) {
      await replaceInstance(scene, "stop");
      await replaceInstance(scene, "stop");
      await scene.load.recovered(scene.fleet.urls);
      await flush(scene);
    },
  },
  {
    name: "the page's keys evicted",
    reservations: 1,
    run: ({ fleet, page }) =>
      fleet.redisClient.run(async (client) => {
        await client.del(`counter:v2:{${page}}`);
      }),
  },
  {
    name: "FLUSHALL, then no memory for 4 s (OOM)",
    reservations: 1,
    run: (scene) => flushAndRefuse(scene, "maxmemory", "1"),
  },
  {
    name: "FLUSHALL, then too few replicas for 4 s (NOREPLICAS)",
    reservations: 1,
    run: (scene) => flushAndRefuse(scene, "min-replicas-to-write", "1"),
  },
  {
    name: "Redis demoted for 4 s (READONLY), then promoted",
    reservations: 1,
    async run({ fleet }) {
      // Nobody is there to replicate from: it keeps its data.
      await fleet.redisClient.run((client) => client.replicaOf("127.0.0.1", 1));
      await delay(AWAY_MS);
      await fleet.redisClient.run((client) => client.sendCommand(["REPLICAOF", "NO", "ONE"]));
    },
  },
  {
    name: "FLUSHALL while DynamoDB is unreachable for 4 s",
    reservations: 1,
    async run(scene) {
      await scene.fleet.dynamodbProxy.cut();
      await flush(scene);
      await delay(AWAY_MS);
      await scene.fleet.dynamodbProxy.heal();
    },
  },
];
