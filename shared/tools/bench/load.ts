import { readFile } from "node:fs/promises";
import autocannon, { type Client } from "autocannon";

/** One thing to measure: a request, and the process that answers it. */
export interface Target {
  name: string;
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** Asked for in place of the URL's own: each connection goes round a part of them. */
  paths?: readonly string[];
  /** Asked for its processor time; undefined where a call is no server's work. */
  pid?: number;
}

export interface LoadOptions {
  /** Connections that each send their next request when the last one is answered. */
  connections?: number;
  secondsPerRound?: number;
  /** Targets take turns, so that a machine that slows down slows all of them. */
  rounds?: number;
  warmUpSeconds?: number;
}

/** For a first look: one short round. */
export const quickly: LoadOptions = { secondsPerRound: 2, rounds: 1, warmUpSeconds: 1 };

/** Medians over the rounds. */
export interface LoadResult {
  name: string;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the server for one request; NaN where the system does not tell. */
  cpuMicrosPerRequest: number;
  /** All answers over all rounds. */
  answers: number;
}

/**
 * Loads the targets in turns.
 *
 * @throws Error when any answer is not 2xx: a server that refuses is fast, and proves nothing
 */
export async function measure(
  targets: readonly Target[],
  { connections = 64, secondsPerRound = 4, rounds = 3, warmUpSeconds = 2 }: LoadOptions = {},
): Promise<LoadResult[]> {
  for (const target of targets) await run(target, connections, warmUpSeconds);
  const results = targets.map((): Round[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, target] of targets.entries()) {
      results[index]?.push(await run(target, connections, secondsPerRound));
    }
  }
  return targets.map(({ name }, index) => summarise(name, results[index] ?? []));
}

interface Round {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuMicrosPerRequest: number;
  answers: number;
}

async function run(target: Target, connections: number, seconds: number): Promise<Round> {
  const cpuBefore = await cpuMicros(target.pid);
  const result = await autocannon({
    url: target.url,
    method: target.method ?? "GET",
    ...(target.headers && { headers: target.headers }),
    ...(target.body !== undefined && { body: target.body }),
    ...(target.paths && { setupClient: dealPaths(target, target.paths, connections) }),
    connections,
    duration: seconds,
  });
  const cpuAfter = await cpuMicros(target.pid);
  const answers = result["2xx"];
  if (result.non2xx + result.errors > 0 || answers === 0) {
    throw new Error(`${target.name}: ${result.non2xx} refusals, ${result.errors} errors`);
  }
  return {
    requestsPerSecond: answers / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMicrosPerRequest: (cpuAfter - cpuBefore) / answers,
    answers,
  };
}

/** Each connection gets requests of its own, so no two go the same way in step. */
function dealPaths({ method = "GET" }: Target, paths: readonly string[], connections: number) {
  let connection = 0;
  return (client: Client) => {
    const own = paths.filter((_, index) => index % connections === connection);
    connection += 1;
    client.setRequests(own.map((path) => ({ method, path })));
  };
}

/** Processor time of a process so far, as Linux counts it, in hundredths of a second. */
async function cpuMicros(pid: number | undefined): Promise<number> {
  if (pid === undefined || process.platform !== "linux") return Number.NaN;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function summarise(name: string, rounds: readonly Round[]): LoadResult {
  const medianOf = (key: keyof Round) => median(rounds.map((round) => round[key]));
  return {
    name,
    requestsPerSecond: medianOf("requestsPerSecond"),
    p50Ms: medianOf("p50Ms"),
    p99Ms: medianOf("p99Ms"),
    cpuMicrosPerRequest: medianOf("cpuMicrosPerRequest"),
    answers: rounds.reduce((sum, round) => sum + round.answers, 0),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
