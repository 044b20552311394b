import { openStreamsTable, type StreamsTable } from "./stream-leases.ts";
import { walkSchedules } from "./guard-world.ts";

describe("StreamGuard, against a model", () => {
  let streams: StreamsTable;
  before(async () => {
    streams = await openStreamsTable();
  });
  after(() => streams[Symbol.asyncDispose]());

  it("keeps the limit and its promises, and leaks no slot, in many schedules", async () => {
    await walkSchedules(streams, 200);
  });
});
