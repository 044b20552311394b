import { expect } from "chai";
import { recordingLog } from "../../tools/testing/start-app.ts";
import { runStopSteps } from "./stop-steps.ts";

const never = () => new Promise(() => undefined);

describe("the last steps of a process", () => {
  it("run one after the other", async () => {
    const { log, lines } = recordingLog();
    const ran: string[] = [];
    const steps = {
      async flush() {
        await Promise.resolve();
        ran.push("flush");
      },
      close: () => ran.push("close"),
    };
    expect(await runStopSteps(steps, { withinMs: 1_000, log })).to.equal(true);
    expect(ran).to.deep.equal(["flush", "close"]);
    expect(lines).to.deep.equal([]);
  });

  it("run although one fails and another never ends, and the log names both", async () => {
    const { log, lines } = recordingLog();
    const ran: string[] = [];
    const steps = {
      flush: never,
      settle: () => Promise.reject(new Error("no")),
      close: () => ran.push("close"),
    };
    expect(await runStopSteps(steps, { withinMs: 60, log })).to.equal(false);
    expect(ran).to.deep.equal(["close"]);
    expect(lines.map((line) => line["step"])).to.deep.equal(["flush", "settle"]);
    expect(JSON.stringify(lines[0])).to.include("within 20 ms");
  });
});
