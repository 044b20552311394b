import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { RedisLink } from "./link.ts";

const deadlines = {
  beatMs: 1,
  silenceMs: 300,
  trustMs: 1_000,
  graceMs: 2_000,
  quarantineMs: 4_000,
};

/** A link with a clock of its own, whose Redis answers as told. */
function open() {
  const state = {
    nowMs: 0,
    fault: undefined as Error | undefined,
    beats: 0,
    heard: 0,
    steadyMs: 1e12,
  };
  const changes: unknown[] = [];
  const link = new RedisLink({
    ...deadlines,
    hasLostNothing: true,
    probe() {
      state.beats += 1;
      return state.fault ? Promise.reject(state.fault) : Promise.resolve(state.steadyMs);
    },
    onHeard: () => (state.heard += 1),
    onChange: (change) => changes.push(change),
    now: () => state.nowMs,
  });
  const beat = async () => {
    const { beats } = state;
    await pollUntil(() => state.beats > beats + 1, { what: "a beat", intervalMs: 1 });
  };
  return { link, state, changes, beat, [Symbol.dispose]: () => link.close() };
}

describe("RedisLink", () => {
  it("trusts a Redis that was there at once, and for as long as it beats", async () => {
    using opened = open();
    const { link, state, beat } = opened;
    expect([link.isTrusted, link.isUp]).to.deep.equal([false, false]);
    link.connected();
    await beat();
    expect([link.isTrusted, link.isUp]).to.deep.equal([true, true]);
    state.nowMs += 900;
    await beat();
    state.nowMs += 900;
    await beat();
    expect(link.isTrusted).to.equal(true);
  });

  it("trusts a Redis that was there at once, but not yet for the others, when they have told it", async () => {
    using opened = open();
    const { link, state, beat } = opened;
    state.steadyMs = 1_500;
    link.connected();
    await beat();
    expect(link.isUp).to.equal(true);
    state.nowMs += 900;
    await beat();
    state.nowMs += 900;
    await beat();
    expect(link.isTrusted).to.equal(false);
    state.nowMs += 700;
    expect(link.isTrusted).to.equal(true);
  });

  it("ends its trust with the last good beat, and the grace of writes later", async () => {
    using opened = open();
    const { link, state, changes, beat } = opened;
    link.connected();
    await beat();
    state.fault = new Error("away");
    await beat();
    expect([link.isTrusted, link.isUp, link.graceMs]).to.deep.equal([true, false, 2_000]);
    expect(changes).to.deep.equal([]);
    state.nowMs += 1_000;
    expect([link.isTrusted, link.graceMs]).to.deep.equal([false, 1_000]);
    await beat();
    expect(changes).to.deep.equal([{ isLost: true, reason: state.fault }]);
    state.nowMs += 1_000;
    expect(link.graceMs).to.equal(0);
  });

  it("forgives a beat that was missed between good ones", async () => {
    using opened = open();
    const { link, state, beat } = opened;
    link.connected();
    await beat();
    state.fault = new Error("slow");
    state.nowMs += 900;
    await beat();
    state.fault = undefined;
    await beat();
    expect([link.isTrusted, link.isUp]).to.deep.equal([true, true]);
  });

  for (const [what, lose] of [
    ["a silence", (state: { nowMs: number }) => (state.nowMs += 1_000)],
    ["a new connection", (_state: unknown, link: RedisLink) => link.connected()],
  ] as const) {
    it(`trusts again only a quarantine after ${what}, but tells at once`, async () => {
      using opened = open();
      const { link, state, beat } = opened;
      link.connected();
      await beat();
      lose(state, link);
      expect(link.isTrusted).to.equal(false);
      const { heard } = state;
      await beat();
      expect(state.heard).to.be.greaterThan(heard);
      expect([link.isTrusted, link.isUp]).to.deep.equal([false, true]);
      for (let passedMs = 0; passedMs < 4_000; passedMs += 500) {
        expect(link.isTrusted).to.equal(false);
        state.nowMs += 500;
        await beat();
      }
      expect(link.isTrusted).to.equal(true);
    });
  }

  it("does not trust at once a Redis that was not there at the start", async () => {
    using opened = open();
    const { link, state, beat } = opened;
    state.nowMs += 1_000;
    link.connected();
    await beat();
    expect([link.isTrusted, link.isUp]).to.deep.equal([false, true]);
  });
});
