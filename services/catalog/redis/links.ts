import type { Redis } from "../../../shared/kit/redis.ts";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { findProbeKey } from "./keys.ts";
import { type LinkOptions, RedisLink } from "./link.ts";
import type { cacheScripts } from "./scripts.ts";

export interface LinksOptions extends Omit<LinkOptions, "probe" | "onChange" | "hasLostNothing"> {
  redis: Redis<typeof cacheScripts>;
  onChange: (change: { node: string; isLost: boolean; reason?: unknown }) => void;
}

/** While no node is known, all are lost alike. */
const NO_NODE = "";

/** A link for each node of Redis: they are lost, and trusted again, one by one. */
export class RedisLinks {
  readonly #options: LinksOptions;
  readonly #links = new Map<string, RedisLink>();
  readonly #probeKeys = new Map<string, string>();
  #hasConnected = false;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#linkOf(NO_NODE);
    for (const node of options.redis.nodes) this.#linkOf(node);
  }

  /** That of the node which has the key. */
  of(key: string): RedisLink {
    return this.#linkOf(this.#options.redis.nodeOf(key) ?? NO_NODE);
  }

  /** Readers may use what every node says. */
  get areTrusted(): boolean {
    const { nodes } = this.#options.redis;
    return nodes.length > 0 && nodes.every((node) => this.#linkOf(node).isTrusted);
  }

  /** To be called for each connection that is made. */
  connected(node: string): void {
    if (!this.#hasConnected) {
      for (const first of this.#options.redis.nodes) this.#linkOf(first);
      this.#hasConnected = true;
    }
    this.#linkOf(node).connected();
  }

  /** Rejects when a node does not do what the cache needs. */
  async check(): Promise<void> {
    const { redis, silenceMs } = this.#options;
    await redis.check();
    await Promise.all(redis.nodes.map((node) => this.#probe(node, silenceMs)));
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  #linkOf(node: string): RedisLink {
    const known = this.#links.get(node);
    if (known !== undefined) return known;
    const link = new RedisLink({
      ...this.#options,
      // Of a node that comes later the others may know what this process does not: a failover.
      hasLostNothing: !this.#hasConnected,
      probe: (timeoutMs) => this.#beat(node, timeoutMs),
      onChange: (change) => this.#options.onChange({ node, ...change }),
    });
    this.#links.set(node, link);
    return link;
  }

  async #beat(node: string, timeoutMs: number): Promise<number> {
    if (!this.#options.redis.nodes.includes(node)) {
      this.#links.get(node)?.close();
      this.#links.delete(node);
    }
    return this.#probe(node, timeoutMs);
  }

  #probe(node: string, timeoutMs: number): Promise<number> {
    const { redis, trustMs } = this.#options;
    const words = [String(trustMs)];
    const key = this.#probeKeyOn(node);
    return redis.run((client) => client.probe([key], words), { node, timeoutMs });
  }

  /** @throws StoreUnavailable for a node that has no slot any more */
  #probeKeyOn(node: string): string {
    const isThere = (key: string) => this.#options.redis.nodeOf(key) === node;
    const known = this.#probeKeys.get(node);
    if (known !== undefined && isThere(known)) return known;
    const found = findProbeKey(isThere);
    if (found === undefined) throw new StoreUnavailable("redis", undefined, { reason: "failover" });
    this.#probeKeys.set(node, found);
    return found;
  }
}
