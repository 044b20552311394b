import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { findFreePort } from "../processes/free-port.ts";
import { pollUntil } from "../processes/poll-until.ts";
import { RedisServer } from "./redis-server.ts";

const SLOTS = 16_384;

export interface RedisClusterOptions {
  /** Folder for its files, emptied first. Default: a temporary one, which goes with it. */
  dataDir?: string;
  /** @defaultValue 3 */
  primaries?: number;
  /** Replicas of each primary. @defaultValue 1 */
  replicas?: number;
  /** How long a node is silent before the others replace it. @defaultValue 1,000 */
  nodeTimeoutMs?: number;
}

/** An element of the reply to CLUSTER SLOTS: the first node is the primary. */
type SlotRange = [from: number, to: number, primary: [host: string, port: number]];

/** A Redis cluster of our own, on loopback. It begins empty; a node that starts again has its data. */
export class RedisClusterServer implements AsyncDisposable {
  /** First the primaries of the beginning, then their replicas in the same order. */
  readonly nodes: readonly RedisServer[];
  readonly #dataDir: string;

  /** Resolves when every node serves its slots and every replica follows its primary. */
  static async start(options: RedisClusterOptions = {}): Promise<RedisClusterServer> {
    const { primaries = 3, replicas = 1, nodeTimeoutMs = 1_000 } = options;
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "redis-cluster-")));
    await rm(dataDir, { recursive: true, force: true });
    const starts = Array.from({ length: primaries * (1 + replicas) }, async (_, index) => {
      const cluster = { busPort: await findFreePort(), nodeTimeoutMs };
      return RedisServer.start({ dataDir: join(dataDir, `node-${index}`), cluster });
    });
    const nodes = (await Promise.allSettled(starts)).flatMap((start) =>
      start.status === "fulfilled" ? [start.value] : [],
    );
    const cluster = new RedisClusterServer(nodes, dataDir);
    try {
      await Promise.all(starts);
      await cluster.#join(primaries);
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(nodes: readonly RedisServer[], dataDir: string) {
    this.nodes = nodes;
    this.#dataDir = dataDir;
  }

  get url(): string {
    return this.nodes[0]?.url ?? "";
  }

  /** The nodes that have slots now. */
  async primaries(): Promise<readonly RedisServer[]> {
    const ports = (await this.#slots()).map(([, , [, port]]) => port);
    return this.nodes.filter(({ port }) => ports.includes(port));
  }

  async ownerOf(slot: number): Promise<RedisServer> {
    const range = (await this.#slots()).find(([from, to]) => from <= slot && slot <= to);
    const owner = this.nodes.find(({ port }) => port === range?.[2][1]);
    if (owner === undefined) throw new Error(`nobody has slot ${slot}`);
    return owner;
  }

  /** Moves a slot with its keys, as an operator does who reshards online. */
  async moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    await this.beginMove(slot, from, to);
    await this.endMove(slot, from, to);
  }

  /** From now on both nodes know that the slot is on its way; its keys are still where they were. */
  async beginMove(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    const [source, target] = await Promise.all([idOf(from), idOf(to)]);
    await command(to, ["CLUSTER", "SETSLOT", String(slot), "IMPORTING", source]);
    await command(from, ["CLUSTER", "SETSLOT", String(slot), "MIGRATING", target]);
  }

  async endMove(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    for (;;) {
      const reply = await command(from, ["CLUSTER", "GETKEYSINSLOT", String(slot), "10"]);
      const keys = reply as string[];
      if (keys.length === 0) break;
      const arrival = ["127.0.0.1", String(to.port), "", "0", "5000"];
      await command(from, ["MIGRATE", ...arrival, "KEYS", ...keys]);
    }
    const owned = ["CLUSTER", "SETSLOT", String(slot), "NODE", await idOf(to)];
    // The new owner first: the slot is never without one.
    for (const node of [to, from]) await command(node, owned);
  }

  /** The node forgets who has the slot. */
  async disown(slot: number, node: RedisServer): Promise<void> {
    await command(node, ["CLUSTER", "DELSLOTS", String(slot)]);
  }

  async own(slot: number, node: RedisServer): Promise<void> {
    await command(node, ["CLUSTER", "ADDSLOTS", String(slot)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  /** As the first node tells it that is up and serves: one that is stopped answers later, if ever. */
  async #slots(): Promise<SlotRange[]> {
    const ask = async (node: RedisServer) => {
      const info = String(await command(node, ["CLUSTER", "INFO"]));
      if (!info.includes("cluster_state:ok")) throw new Error("it does not serve");
      return (await command(node, ["CLUSTER", "SLOTS"])) as SlotRange[];
    };
    const askAll = () => Promise.any(this.nodes.map(ask)).catch(() => undefined);
    return pollUntil(askAll, { what: "a node of the cluster serves" });
  }

  async #join(primaryCount: number): Promise<void> {
    const [first, ...others] = this.nodes;
    const primaries = this.nodes.slice(0, primaryCount);
    if (first === undefined) return;
    for (const [index, node] of this.nodes.entries()) {
      await command(node, ["CLUSTER", "SET-CONFIG-EPOCH", String(index + 1)]);
    }
    for (const [index, primary] of primaries.entries()) {
      const [from, to] = [index, index + 1].map((at) => Math.floor((at * SLOTS) / primaryCount));
      const range = [String(from), String((to ?? SLOTS) - 1)];
      await command(primary, ["CLUSTER", "ADDSLOTSRANGE", ...range]);
    }
    for (const { port, busPort } of others) {
      await command(first, ["CLUSTER", "MEET", "127.0.0.1", String(port), String(busPort)]);
    }
    await this.#eachTells(`cluster_known_nodes:${this.nodes.length}`, "knows the others");
    for (const [index, replica] of this.nodes.slice(primaryCount).entries()) {
      const primary = primaries[index % primaryCount] ?? first;
      await command(replica, ["CLUSTER", "REPLICATE", await idOf(primary)]);
    }
    await this.#eachTells("cluster_state:ok", "serves");
    const followers = (this.nodes.length - primaryCount) / primaryCount;
    const isFollowed = async (node: RedisServer) => {
      const info = String(await command(node, ["INFO", "replication"]));
      return info.split("state=online").length > followers;
    };
    await this.#poll(primaries, isFollowed, "is followed");
  }

  #eachTells(fact: string, what: string): Promise<void> {
    const isTold = async (node: RedisServer) =>
      String(await command(node, ["CLUSTER", "INFO"])).includes(fact);
    return this.#poll(this.nodes, isTold, what);
  }

  async #poll(
    nodes: readonly RedisServer[],
    isSo: (node: RedisServer) => Promise<boolean>,
    what: string,
  ): Promise<void> {
    const options = { what: `every node ${what}`, timeoutMs: 30_000, intervalMs: 100 };
    for (const node of nodes) await pollUntil(() => isSo(node), options);
  }
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await command(node, ["CLUSTER", "MYID"]));
}

/** By a connection of its own, since the node may be gone the next time. */
async function command({ url }: RedisServer, words: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(words);
  } finally {
    client.destroy();
  }
}
