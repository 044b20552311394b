/** The copy of a product. */
export function copyKey(id: number): string {
  return `product:v1:${id}`;
}

/** The copy and the guard of a product: one hash slot, so one script can name both in a cluster. */
export function keysOf(id: number): [copy: string, guard: string] {
  const copy = copyKey(id);
  return [copy, `{${copy}}:guard`];
}

/** More names than it takes to find one on each of 500 nodes. */
const PROBE_NAMES = 10_000;

/**
 * No product's: proves that a node runs the scripts. All processes that see the cluster alike take the
 * same one.
 *
 * @param isThere whether the node has the key
 * @returns undefined for a node that has no slot
 */
export function findProbeKey(isThere: (key: string) => boolean): string | undefined {
  for (let name = 0; name < PROBE_NAMES; name += 1) {
    const key = name === 0 ? "product:v1:probe" : `product:v1:probe:${name}`;
    if (isThere(key)) return key;
  }
  return undefined;
}
