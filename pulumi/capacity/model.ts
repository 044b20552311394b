import { hoursPerMonth } from "../cost/assumptions.ts";
import type { Prices } from "../cost/prices.ts";
import { callsPerSecond } from "./hot-page.ts";
import { assumed, limits, measured, nodes } from "./measured.ts";

/** The load at the peak. Pages are hit alike: give the hottest one as `pages: 1` to see it alone. */
export interface Load {
  hits: number;
  pages: number;
  reads: number;
  /** That play at the same time. */
  streams: number;
}

export interface Capacity {
  /** Of one vCPU and 2 GB each. */
  tasks: { counter: number; catalog: number; streamGuard: number };
  valkeyCalls: number;
  valkey: { type: string; shards: number; nodes: number };
  tableWrites: { sessions: number; counters: number; streams: number };
  tableReads: number;
  loadBalancerUnits: number;
  monthlyUsd: number;
  /** The limit that is used most, and how much of it; above 1 it does not fit. */
  firstLimit: { what: string; share: number };
}

const SECONDS_PER_MONTH = hoursPerMonth * 3_600;

export function capacityFor(load: Load, prices: Prices): Capacity {
  const heartbeats = load.streams / assumed.heartbeatSeconds;
  const tasks = {
    counter: tasksFor(load.hits * measured.hitUs),
    catalog: tasksFor(load.reads * measured.readUs),
    streamGuard: tasksFor(heartbeats * assumed.heartbeatUs),
  };
  const perPage = callsOfPage(load, tasks.counter);
  const valkeyCalls = load.pages * perPage + load.reads;
  const valkey = chooseNodes(valkeyCalls, load.pages);
  const tableWrites = {
    sessions: Math.min(load.hits, tasks.counter * assumed.sessionsPerTask),
    counters: counterWrites(load, tasks.counter),
    streams: heartbeats,
  };
  const tableReads = load.reads * assumed.missShare;
  const loadBalancerUnits = unitsFor(load.hits + load.reads + heartbeats);
  const parts = { tasks, valkey, tableWrites, tableReads, loadBalancerUnits };
  return {
    ...parts,
    valkeyCalls,
    monthlyUsd: costOf(parts, prices),
    firstLimit: firstLimit({ ...parts, perPage }),
  };
}

function tasksFor(busyUsPerSecond: number): number {
  const needed = Math.ceil(busyUsPerSecond / 1e6 / assumed.busyShare);
  return Math.max(assumed.tasksAtLeast, needed);
}

function callsOfPage({ hits, pages }: Load, instances: number): number {
  if (hits === 0) return 0;
  const { redisRoundTripUs: roundTripUs } = assumed;
  const { callUs } = measured;
  return callsPerSecond({ hitsPerSecond: hits / pages, instances, roundTripUs, callUs });
}

/** A single node where one does, else as many shards as the calls or the memory need. */
function chooseNodes(calls: number, pages: number): Capacity["valkey"] {
  const cores = (calls * measured.callUs) / 1e6 / assumed.busyShare;
  const gb = (pages * assumed.pageBytes) / 1e9 / assumed.busyShare;
  const largest = nodes[2];
  const node = nodes.find(({ coreShare, gb: most }) => cores <= coreShare && gb <= most) ?? largest;
  const shards = Math.max(1, Math.ceil(cores / node.coreShare), Math.ceil(gb / node.gb));
  return { type: node.type, shards, nodes: shards * (1 + assumed.replicas) };
}

/** Roll-ups, one for each page that an instance counted in ten seconds, and reservations. */
function counterWrites({ hits, pages }: Load, instances: number): number {
  const perInstance = hits / pages / instances;
  const rollUps = (instances * pages * (1 - Math.exp(-10 * perInstance))) / 10;
  // A step of 16 is raised at its half; a busy page's step grows to about two seconds' hits.
  const reservations = Math.min(hits / 8, pages / 2);
  return rollUps + reservations;
}

/** The highest of what a unit takes in a second: 25 new connections, 1 GB an hour. */
function unitsFor(requests: number): number {
  const connections = requests / assumed.requestsPerConnection / 25;
  const bytes = (requests * assumed.requestBytes * 3_600) / 1e9;
  return Math.max(connections, bytes);
}

type Parts = Omit<Capacity, "valkeyCalls" | "monthlyUsd" | "firstLimit">;

/** Tasks on demand, ARM; the load lasts the whole month. Without traffic to the internet and logs. */
function costOf(parts: Parts, prices: Prices): number {
  const { vcpuHour, gbHour } = prices.fargate.ARM64;
  const writes = sum(parts.tableWrites);
  const hourly =
    sum(parts.tasks) * (vcpuHour + 2 * gbHour) +
    parts.valkey.nodes * (prices.valkeyNodeHour[parts.valkey.type] ?? 0) +
    prices.loadBalancerHour +
    parts.loadBalancerUnits * prices.loadBalancerUnitHour;
  const millions = SECONDS_PER_MONTH / 1e6;
  return (
    hourly * hoursPerMonth +
    writes * millions * prices.tableMillionWrites +
    parts.tableReads * millions * prices.tableMillionReads
  );
}

function firstLimit({ tasks, valkey, tableWrites, perPage }: Parts & { perPage: number }) {
  const [busiest] = Object.entries(tableWrites).toSorted(([, one], [, other]) => other - one);
  const [table = "", writes = 0] = busiest ?? [];
  const uses = [
    { what: "tasks behind one load balancer", share: sum(tasks) / limits.targetsOfLoadBalancer },
    { what: "shards of Valkey", share: valkey.shards / limits.shards },
    { what: `writes of the table ${table}`, share: writes / limits.tableWrites },
    {
      what: "calls of one page at its primary",
      share: (perPage * measured.callUs) / 1e6 / assumed.busyShare,
    },
  ];
  return uses.reduce((most, use) => (use.share > most.share ? use : most));
}

function sum(amounts: Readonly<Record<string, number>>): number {
  return Object.values(amounts).reduce((total, amount) => total + amount, 0);
}
