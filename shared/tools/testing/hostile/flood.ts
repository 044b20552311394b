import { readFile, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { expect } from "chai";

const CONNECTIONS = 64;
const MEGABYTE = 1_024 * 1_024;
/** What a flooded process may need beyond its usual peak, apart from the buffers it is known to fill. */
const FACTOR = 1.3;

/**
 * For the process that is flooded: less than a task of 512 MB has. With more room the heap would grow
 * long before it is collected, and the figures would tell of that.
 */
export const SMALL_HEAP = { NODE_OPTIONS: "--max-old-space-size=192" };

export interface FloodRequest {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** How often each status came. */
export type Statuses = Record<number, number>;

/** Sends requests as fast as the service answers them, over a few connections. */
export async function sendFlood(
  url: string,
  requests: Iterable<FloodRequest>,
  connections = CONNECTIONS,
): Promise<Statuses> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const statuses: Statuses = {};
  const left = requests[Symbol.iterator]();
  const work = async () => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const status = await send(url, next.value, agent);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return statuses;
}

function send(url: string, flood: FloodRequest, agent: Agent): Promise<number> {
  const { path, body, ...options } = flood;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(url + path, { ...options, agent }, (response) => {
    response.resume().once("end", () => resolve(response.statusCode ?? 0));
  });
  sent.once("error", reject).end(body);
  return promise;
}

/**
 * Runs a flood and compares the memory that the process needed at most, as Linux keeps it, with the
 * peak of a usual load: only that tells what a flood adds, since the heap grows with any load.
 *
 * @param buffersMegabytes what the service is known to fill under this flood
 */
export async function expectBoundedMemory(
  pid: number,
  steps: { usual: () => Promise<unknown>; flood: () => Promise<unknown>; buffersMegabytes: number },
): Promise<void> {
  await steps.usual();
  await resetPeak(pid);
  await steps.usual();
  const usual = await peakMegabytes(pid);
  await resetPeak(pid);
  await steps.flood();
  const flooded = await peakMegabytes(pid);
  const bound = FACTOR * usual + steps.buffersMegabytes;
  console.log(`      ${usual} MB → ${flooded} MB, bound ${Math.round(bound)} MB`);
  expect(flooded).to.be.at.most(bound);
}

async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]);
  return Math.round((kilobytes * 1_024) / MEGABYTE);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
async function resetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, "5");
}
