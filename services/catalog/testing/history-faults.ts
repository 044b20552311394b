import { setTimeout as delay } from "node:timers/promises";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import type { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { connectTo } from "./redis-command.ts";
import { type Fleet, type FleetOptions, startFleet } from "./fleet.ts";
import { runHistory } from "./history.ts";
import type { IntervalChecker, StaleRead } from "./interval-checker.ts";

/** One kind of fault: the fleet that it needs, and one round of it. */
export interface HistoryFault {
  name: string;
  fleet: Partial<FleetOptions>;
  /** Whether others go on with a Redis that the writer has lost: the documented exception. */
  isSplit?: boolean;
  run(fleet: Fleet, awayMs: number): Promise<void>;
}

const kill = async ({ redis }: Fleet, awayMs: number) => {
  await redis.kill();
  await delay(awayMs);
  await redis.start();
};

export const faults: readonly HistoryFault[] = [
  { name: "Redis killed, back empty", fleet: {}, run: kill },
  { name: "Redis killed, back with its data", fleet: { keepsData: true }, run: kill },
  {
    name: "Redis stopped (SIGSTOP)",
    fleet: {},
    async run({ redis }, awayMs) {
      process.kill(redis.process.pid, "SIGSTOP");
      await delay(awayMs);
      process.kill(redis.process.pid, "SIGCONT");
    },
  },
  {
    name: "Redis full (noeviction)",
    fleet: {},
    async run({ redis }, awayMs) {
      await connectTo(redis.url, ["CONFIG", "SET", "maxmemory", "1"]);
      await delay(awayMs);
      await connectTo(redis.url, ["CONFIG", "SET", "maxmemory", "0"]);
    },
  },
  {
    name: "cut from all instances",
    fleet: { hasProxies: true },
    async run({ proxies }, awayMs) {
      await Promise.all(proxies.map((proxy) => proxy.cut()));
      await delay(awayMs);
      await Promise.all(proxies.map((proxy) => proxy.heal()));
    },
  },
  {
    name: "cut from one instance",
    fleet: { hasProxies: true },
    isSplit: true,
    async run({ proxies: [proxy] }, awayMs) {
      await proxy?.cut();
      await delay(awayMs);
      await proxy?.heal();
    },
  },
  {
    name: "DynamoDB slow (0.5 s)",
    fleet: { isSlow: true },
    async run({ database }, awayMs) {
      if (database) database.delayMs = 500;
      await delay(awayMs);
      if (database) database.delayMs = 0;
    },
  },
];

let turns = 0;

/** Each round takes another primary of a cluster. */
async function nextPrimary({ cluster }: Fleet): Promise<RedisServer> {
  const primaries = (await cluster?.primaries()) ?? [];
  turns += 1;
  const primary = primaries[turns % primaries.length];
  if (primary === undefined) throw new Error("there is no cluster");
  return primary;
}

export const clusterFaults: readonly HistoryFault[] = [
  {
    name: "a primary killed, back as a replica",
    fleet: { isCluster: true },
    async run(fleet, awayMs) {
      const primary = await nextPrimary(fleet);
      await primary.kill();
      await delay(awayMs);
      await primary.start();
    },
  },
  {
    name: "a primary stopped (SIGSTOP) until it is replaced, then awake",
    fleet: { isCluster: true },
    async run(fleet, awayMs) {
      const primary = await nextPrimary(fleet);
      process.kill(primary.process.pid, "SIGSTOP");
      try {
        const isReplaced = async () => !(await fleet.cluster?.primaries())?.includes(primary);
        await Promise.all([delay(awayMs), pollUntil(isReplaced, { what: "it is replaced" })]);
      } finally {
        process.kill(primary.process.pid, "SIGCONT");
      }
    },
  },
];

interface Course {
  reads: number;
  readers: number;
  outagesMs: readonly number[];
  /** Before each outage, and after it: until every instance reads from Redis again, and some more. */
  calmMs: readonly [number, number];
}

/** A history of three instances with one round of the fault for each length of an outage. */
export async function runFault(
  fault: HistoryFault,
  { reads, readers, outagesMs, calmMs: [beforeMs, afterMs] }: Course,
): Promise<IntervalChecker> {
  await using fleet = await startFleet({ instances: 3, ...fault.fleet });
  const options = { urls: fleet.urls, products: 20, readers, reads, pauseMs: 40 };
  return await runHistory(options, async () => {
    for (const outageMs of outagesMs) {
      await delay(beforeMs);
      await fault.run(fleet, outageMs);
      await delay(afterMs);
    }
  });
}

/** The stale reads that README.md does not except. */
export function findUnexcused(
  fault: HistoryFault,
  { stale }: IntervalChecker,
): readonly StaleRead[] {
  return stale.filter(({ isUnsettled }) => fault.isSplit !== true || !isUnsettled);
}
