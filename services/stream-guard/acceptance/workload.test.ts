import { expect } from "chai";
import { findBroken, startSystem } from "../../../shared/tools/testing/answering-system.ts";
import { createWorkloads } from "./workload.ts";

describe("the proofs of a load of streams", () => {
  it("find more streams than are allowed, and slots that stay taken", async () => {
    const started: string[] = [];
    await using system = await startSystem((call) => {
      if (call.startsWith("DELETE")) return { status: 204, body: undefined };
      if (!call.startsWith("POST")) {
        return { body: { limit: 1, streams: started.map((id) => ({ stream_id: id })) } };
      }
      started.push(`stream-${started.length}`);
      return { status: 201, body: { stream_id: started.at(-1) } };
    });
    const [atOnce, left] = await findBroken(system.target, createWorkloads()[0]!);
    expect(atOnce).to.match(/^at most [23] streams played at the same time, 1 are allowed$/);
    expect(left).to.match(/^\d+ slots stayed taken/);
  });
});
