import { createRedis } from "../../../../shared/kit/redis.ts";
import { pollUntil } from "../../../../shared/tools/local/processes/poll-until.ts";
import type { RedisServer } from "../../../../shared/tools/local/stores/redis-server.ts";
import { Pages } from "../../redis/pages.ts";
import { type CounterRedis, counterScripts } from "../../redis/scripts.ts";
import type { VirtualClock } from "./virtual-clock.ts";

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} };

export interface LinkOptions {
  clock: VirtualClock;
  roundTripUs: number;
  /** Processor time of the primary for one call. */
  serviceUs: number;
}

/**
 * A real Redis behind a virtual link: each script runs, in the order in which it would arrive; its
 * reply is there when the link and a primary that does one call at a time would have brought it.
 */
export class Primary {
  readonly redis: CounterRedis;
  calls = 0;
  readonly #real: CounterRedis;
  readonly #options: LinkOptions;
  #freeUs = 0;

  constructor(real: CounterRedis, options: LinkOptions) {
    this.#real = real;
    this.#options = options;
    this.redis = {
      nodes: real.nodes,
      health: real.health,
      slotOf: (key) => real.slotOf(key),
      nodeOf: (key) => real.nodeOf(key),
      check: () => real.check(),
      close: () => Promise.resolve(),
      run: (command) => this.#run(() => this.#real.run(command)),
    };
  }

  async #run<T>(send: () => Promise<T>): Promise<T> {
    const { clock, roundTripUs, serviceUs } = this.#options;
    this.calls += 1;
    const reply = send();
    this.#freeUs = Math.max(this.#freeUs, clock.nowUs + roundTripUs / 2) + serviceUs;
    await clock.until(this.#freeUs + roundTripUs / 2);
    return clock.work(reply);
  }
}

export async function connectTo(server: RedisServer): Promise<CounterRedis> {
  const options = { url: server.url, timeoutMs: 60_000, log: silent, scripts: counterScripts };
  const redis = createRedis(options);
  await pollUntil(() => redis.check().then(() => true), { what: "redis answers" });
  return redis;
}

/** Processor time of the main thread of Redis for one batch of three hits, system calls included. */
export async function measureServiceUs(server: RedisServer, calls = 40_000): Promise<number> {
  const connections = await Promise.all(Array.from({ length: 50 }, () => connectTo(server)));
  const [first] = connections;
  if (first === undefined) return 0;
  const page = "measured";
  await new Pages({ redis: first, writer: "starter" }).start(page, { epoch: 1, from: 0, to: 1e9 });
  const beforeS = await processorSeconds(first);
  let left = calls;
  await Promise.all(
    connections.map(async (redis, writer) => {
      const pages = new Pages({ redis, writer: `w${writer}` });
      while ((left -= 1) >= 0) {
        const visitors = [0, 1, 2].map((index) => `visitor ${(3 * left + index) % 10_000}`);
        await pages.add({ page, hits: 3, bots: 0, visitors })();
      }
    }),
  );
  const usedS = (await processorSeconds(first)) - beforeS;
  await Promise.all(connections.map((redis) => redis.close()));
  return (usedS * 1e6) / calls;
}

async function processorSeconds(redis: CounterRedis): Promise<number> {
  const info = await redis.run((client) => client.info("cpu"));
  const used = [...info.matchAll(/used_cpu_(?:sys|user)_main_thread:([\d.]+)/g)];
  return used.reduce((sum, [, seconds]) => sum + Number(seconds), 0);
}
