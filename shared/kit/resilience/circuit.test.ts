import { expect } from "chai";
import { Circuit } from "./circuit.ts";

class Outage extends Error {}

function open() {
  const state = { nowMs: 0 };
  const opened: unknown[] = [];
  const circuit = new Circuit({
    ...{ failures: 3, pauseMs: 1_000, now: () => state.nowMs },
    isOutage: (error) => error instanceof Outage,
    refusal: () => new Error("refused"),
    onOpen: (error) => opened.push(error),
  });
  const outcomeOf = (call: Promise<unknown>) =>
    call.catch((error: unknown) => (error as Error).message);
  const run = (call: () => Promise<unknown>) => outcomeOf(circuit.run(call));
  const fail = () => run(() => Promise.reject(new Outage("away")));
  const succeed = () => run(() => Promise.resolve("answer"));
  const leave = () => run(() => Promise.reject(new Error("gone")));
  const breakIt = async () => {
    for (let count = 0; count < 3; count += 1) await fail();
  };
  return { state, opened, circuit, run, fail, succeed, leave, breakIt };
}

describe("Circuit", () => {
  it("opens after so many outages in a row, whatever else failed between them", async () => {
    const { circuit, opened, fail, succeed, leave } = open();
    for (const call of [fail, fail, succeed, fail, leave, fail]) await call();
    expect(circuit.state).to.equal("closed");
    expect(opened).to.be.empty;
    await fail();
    expect(circuit.state).to.equal("open");
    expect(opened).to.have.lengthOf(1);
    expect(await succeed()).to.equal("refused");
  });

  it("lets one call try after the pause, and refuses the others meanwhile", async () => {
    const { state, circuit, run, succeed, breakIt } = open();
    await breakIt();
    state.nowMs += 1_000;
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = run(() => promise);
    expect(circuit.state).to.equal("half-open");
    expect(await succeed()).to.equal("refused");
    resolve("back");
    expect(await first).to.equal("back");
    expect(circuit.state).to.equal("closed");
    expect(await succeed()).to.equal("answer");
  });

  it("pauses again after a try that fails", async () => {
    const { state, fail, succeed, breakIt } = open();
    await breakIt();
    state.nowMs += 1_000;
    expect(await fail()).to.equal("away");
    state.nowMs += 999;
    expect(await succeed()).to.equal("refused");
    state.nowMs += 1;
    expect(await succeed()).to.equal("answer");
  });

  it("stays open when a try ends with neither an answer nor an outage", async () => {
    const { state, circuit, leave, succeed, breakIt } = open();
    await breakIt();
    state.nowMs += 1_000;
    expect(await leave()).to.equal("gone");
    expect(circuit.state).to.equal("open");
    expect(await succeed()).to.equal("answer");
  });

  it("is not kept open by calls that were sent before it opened", async () => {
    const { state, run, succeed, breakIt } = open();
    const late = Promise.withResolvers<never>();
    const early = run(() => late.promise);
    await breakIt();
    state.nowMs += 999;
    late.reject(new Outage("away"));
    await early;
    state.nowMs += 1;
    expect(await succeed()).to.equal("answer");
  });
});
