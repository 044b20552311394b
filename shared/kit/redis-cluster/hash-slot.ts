const SLOTS = 16_384;
/** CRC-16/XMODEM, as the Redis cluster specification demands it. */
const POLYNOMIAL = 0x1021;
const table = Array.from({ length: 256 }, (_, byte) => remainderOf(byte));

/** Which of the 16,384 slots of a cluster a key lies in: that of its first `{tag}`, if it has one. */
export function hashSlot(key: string): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) {
    crc = ((crc << 8) ^ (table[((crc >> 8) ^ byte) & 0xff] ?? 0)) & 0xffff;
  }
  return crc % SLOTS;
}

function remainderOf(byte: number): number {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc & 0xffff;
}
