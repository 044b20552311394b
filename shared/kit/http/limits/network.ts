/**
 * The smallest network that one subscriber is sure to have alone: an IPv4 address, or the /64 of
 * an IPv6 one. Within its /64 a device picks new addresses as it likes, and with each it would
 * get new streams, or lose those it has.
 *
 * An IPv6 address that a translator or a tunnel made of an IPv4 one stands for that: all clients of
 * one NAT64 or Teredo relay share a /64, and a 6to4 site has 65,536 of them.
 *
 * @param address canonical, as `canonicalAddress` returns it
 * @see https://www.rfc-editor.org/rfc/rfc8981
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const groups = groupsOf(address);
  return embeddedIPv4(groups) ?? `${groups.slice(0, 4).map(toHex).join(":")}::/64`;
}

/** The eight groups of an IPv6 address, as numbers. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

function embeddedIPv4(groups: readonly number[]): string | undefined {
  const prefix = groups.slice(0, 6).map(toHex).join(":");
  const [, first = 0, second = 0] = groups;
  const [high = 0, low = 0] = groups.slice(6);
  // NAT64, 64:ff9b::/96: https://www.rfc-editor.org/rfc/rfc6052
  if (prefix === "64:ff9b:0:0:0:0") return toIPv4(high, low);
  // Teredo, 2001::/32, which inverts the bits: https://www.rfc-editor.org/rfc/rfc4380
  if (prefix.startsWith("2001:0:")) return toIPv4(high ^ 0xffff, low ^ 0xffff);
  // 6to4, 2002::/16: https://www.rfc-editor.org/rfc/rfc3056
  if (prefix.startsWith("2002:")) return toIPv4(first, second);
  return undefined;
}

function toIPv4(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function toHex(group: number): string {
  return group.toString(16);
}
