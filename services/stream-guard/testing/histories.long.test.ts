import fc from "fast-check";
import { histories, runHistory } from "./histories.ts";
import { openStreamsTable, type StreamsTable } from "./stream-leases.ts";

describe("StreamGuard, over a store that throttles, loses and delays", () => {
  let streams: StreamsTable;
  before(async () => {
    streams = await openStreamsTable();
  });
  after(() => streams[Symbol.asyncDispose]());

  it("keeps the limit and its promises, and no slot is held for nobody, in 200 histories", async () => {
    const holds = fc.asyncProperty(histories, (history) => runHistory(streams, history));
    await fc.assert(holds, { numRuns: 200 });
  });
});
