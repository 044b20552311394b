import { setTimeout as delay } from "node:timers/promises";
import type { RedisScripts } from "redis";
import { createRedis, type Redis, type RedisOptions } from "../redis.ts";
import { RedisConnection } from "../redis-connection.ts";
import { readTopology, type Topology } from "./topology.ts";

/** How often the topology is read while nothing happens, and at most. */
const REFRESH_MS = 5_000;
const REFRESH_FLOOR_MS = 250;

/** The primaries of a cluster and who has which slot, kept up in the background until it is closed. */
export class ClusterMap<Scripts extends RedisScripts> {
  readonly #options: RedisOptions<Scripts>;
  readonly #closing = new AbortController();
  readonly #primaries = new Map<string, Redis<Scripts>>();
  #owners: Topology["owners"] = [];
  #refresh = Promise.withResolvers<undefined>();
  #stopped: Promise<void> | undefined;
  #fault: unknown;

  constructor(options: RedisOptions<Scripts>) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = this.#keep();
  }

  /** By address, `host:port`. */
  get primaries(): ReadonlyMap<string, Redis<Scripts>> {
    return this.#primaries;
  }

  /** Why no node has told the topology, the last time that none did. */
  get fault(): unknown {
    return this.#fault;
  }

  ownerOf(slot: number): string | undefined {
    return this.#owners[slot];
  }

  /** What a node has said of one slot; the rest is read again. */
  moved(slot: number, address: string): void {
    this.#owners[slot] = address;
    this.refresh();
  }

  /** Reads the topology again soon. */
  refresh(): void {
    this.#refresh.resolve(undefined);
  }

  /** Connects to a node, if it is new, in the background. */
  open(address: string): void {
    if (this.#primaries.has(address) || this.#closing.signal.aborted) return;
    const { onConnect, ...options } = this.#options;
    const url = new URL(options.url);
    url.host = address;
    const onNodeConnect = () => onConnect?.(address);
    const node = { ...options, url: url.href, node: address, onConnect: onNodeConnect };
    this.#primaries.set(address, createRedis(node));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.refresh();
    await this.#stopped;
    await Promise.all([...this.#primaries.values()].map((primary) => primary.close()));
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#refresh = Promise.withResolvers();
      await this.#learn().catch((error: unknown) => (this.#fault = error));
      const rest = delay(REFRESH_MS, undefined, { signal }).catch(() => undefined);
      await delay(REFRESH_FLOOR_MS, undefined, { signal }).catch(() => undefined);
      await Promise.race([rest, this.#refresh.promise]);
    }
  }

  async #learn(): Promise<void> {
    const { owners } = (await this.#askPrimaries()) ?? (await this.#askByUrl());
    if (this.#closing.signal.aborted) return;
    this.#owners = owners;
    const addresses = new Set(owners.filter((address) => address !== undefined));
    for (const address of addresses) this.open(address);
    for (const [address, primary] of this.#primaries) {
      if (addresses.has(address)) continue;
      this.#primaries.delete(address);
      void primary.close();
    }
  }

  /** Asks every one: a primary that the others have left behind still believes what it knew. */
  async #askPrimaries(): Promise<Topology | undefined> {
    const asked = [...this.#primaries].map(([address, primary]) =>
      primary.run((client) => readTopology(client, hostOf(address))),
    );
    const answers = (await Promise.allSettled(asked)).flatMap((answer) =>
      answer.status === "fulfilled" ? [answer.value] : [],
    );
    return answers.toSorted((one, other) => other.epoch - one.epoch)[0];
  }

  async #askByUrl(): Promise<Topology> {
    const { url, timeoutMs } = this.#options;
    const connection = new RedisConnection({ url, timeoutMs, scripts: {} });
    try {
      await connection.open();
      const { hostname } = new URL(url);
      return await connection.run((client) => readTopology(client, hostname), timeoutMs);
    } finally {
      await connection.close();
    }
  }
}

export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}
