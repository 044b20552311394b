import { setTimeout as delay } from "node:timers/promises";
import type { RedisScripts } from "redis";
import type { NoScripts, Redis, RedisOptions, RunOptions } from "../redis.ts";
import type { RedisClient } from "../redis-connection.ts";
import type { StoreHealth } from "../store-health.ts";
import { StoreUnavailable } from "../store-unavailable.ts";
import { ClusterMap, hostOf } from "./cluster-map.ts";
import { hashSlot } from "./hash-slot.ts";
import { toRedirection } from "./redirection.ts";

/** Pauses of a command that is sent on, or again; the first time it is sent on at once. */
const PAUSES_MS = [0, 1, 2, 5, 10, 20];

/** Where a command goes next. */
interface Target {
  address: string | undefined;
  /** The node takes the command though the slot is not its own yet. */
  isAsking: boolean;
}

/** A cluster, by the url of any of its nodes; each primary is a `Redis` of its own, with its own outages. */
export function createRedisCluster<Scripts extends RedisScripts = NoScripts>(
  options: RedisOptions<Scripts>,
): Redis<Scripts> {
  const map = new ClusterMap(options);
  map.start();
  return new RedisCluster(map, options.timeoutMs);
}

/**
 * Sends each command to the primary of its slot, and follows the cluster when slots move.
 *
 * A redirected command has not run, so sending it on breaks no promise of `Redis`; one that may have
 * run is never sent again. A dead primary fails the commands of its own slots alone.
 */
class RedisCluster<Scripts extends RedisScripts> implements Redis<Scripts> {
  readonly #map: ClusterMap<Scripts>;
  readonly #timeoutMs: number;
  #turns = 0;

  constructor(map: ClusterMap<Scripts>, timeoutMs: number) {
    this.#map = map;
    this.#timeoutMs = timeoutMs;
  }

  get nodes(): readonly string[] {
    return [...this.#map.primaries.keys()];
  }

  get health(): Pick<StoreHealth, "failure"> {
    const primaries = [...this.#map.primaries.values()];
    if (primaries.length === 0) return { failure: this.#unreachable() };
    return { failure: primaries.map(({ health }) => health.failure).find((failure) => failure) };
  }

  slotOf(key: string): number {
    return hashSlot(key);
  }

  nodeOf(key: string): string | undefined {
    return this.#map.ownerOf(hashSlot(key));
  }

  async run<T>(
    command: (client: RedisClient<Scripts>) => Promise<T>,
    { key, node, timeoutMs = this.#timeoutMs }: RunOptions = {},
  ): Promise<T> {
    const untilMs = performance.now() + timeoutMs;
    const start = () => ({ address: this.#firstOf({ key, node }), isAsking: false });
    let target: Target = start();
    for (let turn = 0; ; turn += 1) {
      try {
        return await this.#send(command, target, timeoutMs);
      } catch (error) {
        // A node that was heard of just now is still being connected to.
        const isNew = turn > 0 && isUnsent(error);
        target = isNew ? target : (this.#redirect(error, target) ?? start());
        // One node was meant, so no other one can answer.
        const isElsewhere = node !== undefined && target.address !== node;
        if (isElsewhere || performance.now() >= untilMs) throw notRun(error);
      }
      await delay(PAUSES_MS[turn] ?? PAUSES_MS.at(-1));
    }
  }

  async check(): Promise<void> {
    if (this.#map.primaries.size === 0) throw this.#unreachable();
    await Promise.all([...this.#map.primaries.values()].map((primary) => primary.check()));
  }

  close(): Promise<void> {
    return this.#map.close();
  }

  #send<T>(
    command: (client: RedisClient<Scripts>) => Promise<T>,
    { address, isAsking }: Target,
    timeoutMs: number,
  ): Promise<T> {
    const primary = this.#map.primaries.get(address ?? "");
    if (primary === undefined) return Promise.reject(this.#unreachable());
    if (!isAsking) return primary.run(command, { timeoutMs });
    const ask = async (client: RedisClient<Scripts>) => {
      // Both are written before anything else can be: it counts for the next command alone.
      const [, reply] = await Promise.all([client.sendCommand(["ASKING"]), command(client)]);
      return reply;
    };
    return primary.run(ask, { timeoutMs });
  }

  /**
   * @returns undefined to begin again, with what the map tells by then
   * @throws the error, unless it proves that the command has not run and where it belongs
   */
  #redirect(error: unknown, { address: asked = "" }: Target): Target | undefined {
    const redirection = toRedirection(error);
    if (redirection === undefined) {
      if (error instanceof StoreUnavailable) this.#map.refresh();
      if (isRefusedByCluster(error)) return undefined;
      throw error;
    }
    if (redirection.kind === "try-again") return undefined;
    const { address: named } = redirection;
    // A node that does not know how it was reached names the port alone.
    const address = named.startsWith(":") ? `${hostOf(asked)}${named}` : named;
    this.#map.open(address);
    if (redirection.kind === "moved") this.#map.moved(redirection.slot, address);
    return { address, isAsking: redirection.kind === "ask" };
  }

  #firstOf({ key, node }: RunOptions): string | undefined {
    if (node !== undefined) return node;
    if (key !== undefined) return this.nodeOf(key);
    this.#turns += 1;
    return this.nodes[this.#turns % this.nodes.length];
  }

  #unreachable(): StoreUnavailable {
    const { fault } = this.#map;
    return new StoreUnavailable("redis", fault, { reason: "unreachable", mayHaveRun: false });
  }
}

function isUnsent(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.reason === "unreachable" && !error.mayHaveRun;
}

/** CLUSTERDOWN: nobody has the slot just now, or the node has lost the others. */
function isRefusedByCluster(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.reason === "failover" && !error.mayHaveRun;
}

function notRun(cause: unknown): StoreUnavailable {
  return new StoreUnavailable("redis", cause, { reason: "failover", mayHaveRun: false });
}
