import { createHash, randomUUIDv7 } from "node:crypto";
import { expect } from "chai";

const PARTITIONS = 16;
const RECORDS = 32_000;

/** DynamoDB places an item by a hash of its key; MD5 stands for it here. */
function partitionOf(id: string): number {
  return createHash("md5").update(id).digest().readUInt8() % PARTITIONS;
}

describe("the records of sessions", () => {
  it("spread over the partitions though all ids of a moment begin alike", () => {
    const filled = Array.from({ length: PARTITIONS }, () => 0);
    const begins = new Set<string>();
    for (let record = 0; record < RECORDS; record += 1) {
      const id = randomUUIDv7();
      begins.add(id.slice(0, 8));
      const partition = partitionOf(id);
      filled[partition] = (filled[partition] ?? 0) + 1;
    }
    expect(begins.size).to.be.below(RECORDS / 100);
    const even = RECORDS / PARTITIONS;
    for (const count of filled) expect(count).to.be.within(0.85 * even, 1.15 * even);
  });
});
