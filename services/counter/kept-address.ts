/** How much of a visitor's address a record keeps. */
export const keptAddresses = ["full", "truncated", "none"] as const;
export type KeptAddress = (typeof keptAddresses)[number];

/**
 * The part of a canonical address that may be kept.
 *
 * Truncated, an IPv4 address loses its last byte, an IPv6 address all but its first 48 bits: what is
 * left names a network, not a household.
 */
export function keepAddress(address: string, kept: KeptAddress): string | undefined {
  if (kept === "none") return undefined;
  if (kept === "full") return address;
  if (!address.includes(":")) return address.replace(/\d+$/, "0");
  const [head = ""] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  return `${groups.slice(0, 3).join(":")}::`;
}
