/** Which node has each slot, as one node of the cluster knows it. */
export interface Topology {
  /** Grows with every failover: of two answers the higher one is the newer. */
  epoch: number;
  /** Address of the primary of each slot, `host:port`; undefined where nobody has the slot. */
  owners: (string | undefined)[];
}

/** The two commands that tell it. */
export interface TopologyCommands {
  clusterInfo(): Promise<string>;
  clusterSlots(): Promise<readonly { from: number; to: number; master: Node }[]>;
}

interface Node {
  /** Empty, or `?`, from a node that does not know how it was reached. */
  host: string;
  port: number;
}

/** @param askedHost the host of the node that is asked */
export async function readTopology(client: TopologyCommands, askedHost: string): Promise<Topology> {
  const [info, ranges] = await Promise.all([client.clusterInfo(), client.clusterSlots()]);
  const owners: Topology["owners"] = [];
  for (const { from, to, master } of ranges) {
    const isNamed = master.host !== "" && master.host !== "?";
    const address = `${isNamed ? master.host : askedHost}:${master.port}`;
    for (let slot = from; slot <= to; slot += 1) owners[slot] = address;
  }
  return { epoch: Number(/cluster_current_epoch:(\d+)/.exec(info)?.[1] ?? 0), owners };
}
