import { rm, truncate } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { DeleteItemCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Fleet } from "./fleet.ts";
import type { HitLoad } from "./hit-load.ts";

/** What a fault is done to. */
export interface Scene {
  fleet: Fleet;
  load: HitLoad;
  page: string;
}

export interface Fault {
  name: string;
  /** Default: Redis. */
  store?: "redis" | "dynamodb";
  /** What the page's count is set to before. */
  start?: number;
  /** How many reservations may be skipped; 0 where no number may be missing but those in flight. */
  reservations: number;
  /** True where not even hits in flight may be lost. */
  isGapFree?: boolean;
  /** True where an instance is killed, and cannot answer what it was asked. */
  isKill?: boolean;
  /** How long Redis takes what it is sent without answering. */
  silentSeconds?: number;
  run: (scene: Scene) => Promise<void>;
}

/** How long a store stays away. */
const AWAY_MS = 4_000;

const flush = ({ fleet }: Scene) => fleet.redisClient.run((client) => client.flushAll());
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

async function replaceInstance({ fleet, load }: Scene, end: "stop" | "kill"): Promise<void> {
  const [first] = fleet.services;
  await fleet.startService();
  fleet.services.splice(0, 1);
  if (end === "stop") load.setUrls([...fleet.urls, first?.url ?? ""]);
  await first?.[end]();
  load.setUrls(fleet.urls);
}

const ledgerKey = (page: string) => ({ TableName: "counters", Key: { page: { S: page } } });

export const faults: readonly Fault[] = [
  { name: "none", reservations: 0, isGapFree: true, run: ({ load }) => load.answered(300) },
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
    name: "DynamoDB unreachable for 4 s",
    reservations: 0,
    async run({ fleet }) {
      await fleet.dynamodbProxy.cut();
      await delay(AWAY_MS);
      await fleet.dynamodbProxy.heal();
    },
  },
  {
    name: "DynamoDB silent for 4 s",
    reservations: 0,
    async run({ fleet }) {
      fleet.dynamodbProxy.block();
      await delay(AWAY_MS);
      await fleet.dynamodbProxy.heal();
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
  {
    name: "the page's item lost from DynamoDB",
    reservations: 0,
    async run({ fleet, load, page }) {
      await fleet.dynamodbClient.send(new DeleteItemCommand(ledgerKey(page)));
      await load.answered(1_000);
    },
  },
  {
    name: "the page's item restored from an older backup",
    reservations: 0,
    async run({ fleet, load, page }) {
      const { Item } = await fleet.dynamodbClient.send(new GetItemCommand(ledgerKey(page)));
      await load.answered(300);
      await fleet.dynamodbClient.send(new PutItemCommand({ TableName: "counters", Item }));
      await load.answered(1_000);
    },
  },
  {
    name: "an instance killed (SIGKILL)",
    isKill: true,
    reservations: 0,
    run: (scene) => replaceInstance(scene, "kill"),
  },
  {
    name: "both instances replaced in good order (SIGTERM)",
    reservations: 0,
    isGapFree: true,
    async run(scene) {
      await replaceInstance(scene, "stop");
      await replaceInstance(scene, "stop");
    },
  },
  {
    name: "DynamoDB counts: unreachable for 4 s",
    store: "dynamodb",
    reservations: 0,
    async run({ fleet }) {
      await fleet.dynamodbProxy.cut();
      await delay(AWAY_MS);
      await fleet.dynamodbProxy.heal();
    },
  },
  {
    name: "DynamoDB counts: an instance killed (SIGKILL)",
    isKill: true,
    store: "dynamodb",
    reservations: 0,
    run: (scene) => replaceInstance(scene, "kill"),
  },
];
