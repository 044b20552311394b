import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { expect } from "chai";
import {
  expectBoundedMemory,
  type FloodRequest,
  sendFlood,
  SMALL_HEAP,
} from "../../../shared/tools/testing/hostile/flood.ts";
import { Fleet } from "./fleet.ts";

const from = (address: string) => ({ "x-forwarded-for": address });

function* hits(count: number, headers: (index: number) => Record<string, string>, page = "home") {
  for (let index = 0; index < count; index += 1) {
    const path = `/counter/${page.replace("*", String(index))}/hits`;
    yield { method: "POST", path, headers: headers(index) } satisfies FloodRequest;
  }
}

/** The bounds of SECURITY.md, each on a process of its own that has served 6,000 usual hits. */
describe("A counter that is flooded", function () {
  this.timeout(600_000);
  let fleet: Fleet;
  let url: string;
  let pid: number;
  const start = async (env: Record<string, string> = {}) => {
    fleet = await Fleet.start({ instances: 0 });
    const service = await fleet.startService({ env: { ...SMALL_HEAP, ...env } });
    ({ url } = service);
    ({ pid } = service.process);
  };
  afterEach(() => fleet[Symbol.asyncDispose]());

  const usual = () =>
    sendFlood(
      url,
      hits(6_000, (index) => from(`192.0.2.${index % 250}`)),
    );

  it("with 6,000 new pages by one address makes 60 and a few, and refuses the others", async () => {
    await start({ NEW_PAGES_PER_MINUTE: "60" });
    await expectBoundedMemory(pid, {
      usual,
      async flood() {
        const statuses = await sendFlood(
          url,
          hits(6_000, () => from("2001:db8::1"), "new-*"),
        );
        const { 201: made = 0, 429: refused = 0 } = statuses;
        expect(made + refused, JSON.stringify(statuses)).to.equal(6_000);
        // One more a second: the flood takes less than two minutes.
        expect(made).to.be.within(60, 180);
      },
      buffersMegabytes: 0,
    });
  });

  it("with 1,200 silent event streams keeps 1,000, 20 of an address, and serves on", async () => {
    await start();
    const agent = new Agent({ maxSockets: Infinity });
    const listen = async (address: string) => {
      const sent = request(`${url}/counter/quiet/events`, { agent, headers: from(address) }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      return response.statusCode;
    };
    await expectBoundedMemory(pid, {
      usual,
      async flood() {
        const greedy = await Promise.all(Array.from({ length: 100 }, () => listen("192.0.2.1")));
        expect(greedy.filter((status) => status === 200)).to.have.length(20);
        const many = Array.from({ length: 1_100 }, (_, index) =>
          listen(`198.51.100.${index % 55}`),
        );
        const statuses = await Promise.all(many);
        expect(statuses.filter((status) => status === 200)).to.have.length(980);
        expect(new Set(statuses)).to.deep.equal(new Set([200, 503]));
        expect(await usual()).to.deep.equal({ 201: 6_000 });
      },
      // 1,000 connections with their streams.
      buffersMegabytes: 32,
    });
    agent.destroy();
  });

  it("with user agents of 15 KB keeps 10,000 short records, and counts what it drops", async () => {
    await start({ SESSION_RATE: "25" });
    // They leave no record: the buffer is empty when the flood comes.
    const bots = () => ({ ...from("192.0.2.1"), "user-agent": "Googlebot/2.1" });
    const headers = (index: number) => ({
      ...from(`192.0.2.${index % 250}`),
      "user-agent": `${index} `.padEnd(15_000, "x"),
    });
    await expectBoundedMemory(pid, {
      usual: () => sendFlood(url, hits(6_000, bots)),
      async flood() {
        expect(await sendFlood(url, hits(15_000, headers))).to.deep.equal({ 201: 15_000 });
        const metrics = await (await fetch(`${url}/metrics`)).text();
        expect(metrics).to.match(/counter_sessions_dropped_total\S* [1-9]\d{3}/);
      },
      // 10,000 records of 1 KB at most, and what such headers leave outside the heap: measured, as much
      // after 7,000 such requests as after 21,000.
      buffersMegabytes: 100,
    });
  });

  it("by 30,000 addresses remembers 10,000 of them, for each limit", async () => {
    await start({ RATE_LIMIT_WRITES: "100", NEW_PAGES_PER_MINUTE: "60" });
    await expectBoundedMemory(pid, {
      usual,
      async flood() {
        const address = (index: number) =>
          from(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
        const statuses = await sendFlood(url, hits(30_000, address));
        expect(statuses).to.deep.equal({ 201: 30_000 });
      },
      // Two limits, 10,000 callers each.
      buffersMegabytes: 5,
    });
  });

  it("while Redis is silent answers each of 4,000 hits that wait, and serves on", async () => {
    await start();
    await expectBoundedMemory(pid, {
      usual,
      async flood() {
        fleet.redisProxy.block();
        const waiting = sendFlood(
          url,
          hits(4_000, () => from("192.0.2.1")),
          4_000,
        );
        expect(await waiting).to.have.all.keys("503");
        await fleet.redisProxy.heal();
      },
      // 4,000 connections with a request each.
      buffersMegabytes: 80,
    });
  });
});
