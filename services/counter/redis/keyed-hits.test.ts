import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { Fleet } from "../testing/fleet.ts";

interface Sent {
  key?: string;
  address?: string;
  agent?: string;
  /** Index of an instance. */
  to?: number;
}

describe("a hit with an Idempotency-Key, on two instances", () => {
  let fleet: Fleet;
  before(async () => (fleet = await Fleet.start({ instances: 2 })));
  after(() => fleet[Symbol.asyncDispose]());

  const pathOf = (page: string) => `/counter/${page}/hits`;
  const headersOf = ({ key, address = "192.0.2.1", agent = "Firefox" }: Sent) => ({
    ...(key !== undefined && { "idempotency-key": key }),
    ...{ "x-forwarded-for": address, "user-agent": agent },
  });
  async function hit(page: string, sent: Sent = {}) {
    const url = (fleet.urls[sent.to ?? 0] ?? "") + pathOf(page);
    const answer = await fetch(url, { method: "POST", headers: headersOf(sent) });
    const body = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, count: body["count"], body };
  }

  it("counts once, and is answered alike by every instance", async () => {
    const [page, key] = [fleet.newPage(), randomUUID()];
    expect(await hit(page, { key })).to.include({ status: 201, count: 1 });
    await hit(page);
    for (const to of [0, 1, 1, 0]) {
      expect(await hit(page, { key, to })).to.include({ status: 201, count: 1 });
    }
    expect(await hit(page, { key: randomUUID(), to: 1 })).to.include({ count: 3 });
    expect(await fleet.readCount(page)).to.equal(3);
  });

  it("counts once where it is sent many times at once, among hits without a key", async () => {
    const [page, key] = [fleet.newPage(), randomUUID()];
    const sent = Array.from({ length: 20 }, (_, index) => index % 2);
    const [keyed, others] = await Promise.all([
      Promise.all(sent.map((to) => hit(page, { key, to }))),
      Promise.all(sent.map((to) => hit(page, { to }))),
    ]);
    expect(new Set(keyed.map(({ count }) => count)).size).to.equal(1);
    const numbers = [keyed[0]?.count, ...others.map(({ count }) => count)];
    expect(new Set(numbers)).to.deep.equal(new Set(Array.from({ length: 21 }, (_, i) => i + 1)));
    expect(await fleet.readCount(page)).to.equal(21);
  });

  it("gets its number where the client never saw the first answer", async () => {
    const [page, key] = [fleet.newPage(), randomUUID()];
    const first = request((fleet.urls[0] ?? "") + pathOf(page), {
      method: "POST",
      headers: headersOf({ key }),
    });
    first.on("error", () => undefined).end();
    await once(first, "finish");
    const isCounted = async () => (await fleet.readCount(page)) === 1;
    await pollUntil(isCounted, { what: "the hit is counted" });
    first.destroy();
    expect(await hit(page, { key, to: 1 })).to.include({ status: 201, count: 1 });
    expect(await fleet.readCount(page)).to.equal(1);
  });

  it("gets one number where the first answer was 503, for Redis did not answer", async () => {
    const [page, key] = [fleet.newPage(), randomUUID()];
    await hit(page);
    fleet.redisProxy.block();
    const failed = await hit(page, { key });
    expect(failed.status).to.equal(503);
    await fleet.redisProxy.heal();
    const again = () => hit(page, { key, to: 1 });
    await pollUntil(async () => (await again()).status === 201, { what: "the store answers" });
    expect(await again()).to.include({ count: 2 });
    // This instance may still be on its way back to Redis.
    const count = () => fleet.readCount(page);
    expect(await pollUntil(count, { what: "the other instance answers" })).to.equal(2);
  });

  it("is refused for another page, and may be chosen by another address", async () => {
    const [page, other, key] = [fleet.newPage(), fleet.newPage(), "1"];
    await hit(page, { key });
    const refused = await hit(other, { key, to: 1 });
    expect(refused.status).to.equal(422);
    expect(refused.body["type"]).to.equal("/counter/problems/idempotency-key-reused");
    expect(await fleet.readCount(other)).to.equal(0);
    expect(await hit(other, { key, address: "192.0.2.2" })).to.include({ status: 201, count: 1 });
    expect(await hit(page, { key, address: "192.0.2.2" })).to.include({ status: 422 });
  });

  it("is 400 where the key is malformed, and counts nothing", async () => {
    const page = fleet.newPage();
    for (const key of ["a b", "k".repeat(256), "", "naïve"]) {
      const { status, body } = await hit(page, { key });
      expect(status, key).to.equal(400);
      expect(body["errors"]).to.deep.equal([
        { path: "idempotency-key", message: "expected 1 to 255 visible ASCII characters" },
      ]);
    }
    expect(await fleet.readCount(page)).to.equal(0);
  });

  it("keeps no key of a bot, and costs a hit without one no call", async () => {
    const page = fleet.newPage();
    const calls = async () => {
      const text = await (await fetch(`${fleet.urls[0]}/metrics`)).text();
      return Number(/^counter_store_calls_total (\d+)$/m.exec(text)?.[1]);
    };
    await hit(page);
    const cost = async (sent: Sent) => {
      const before = await calls();
      await hit(page, sent);
      return (await calls()) - before;
    };
    expect(await cost({})).to.equal(1);
    expect(await cost({ key: randomUUID() })).to.equal(2);
    expect(await cost({ key: randomUUID(), agent: "Googlebot" })).to.equal(1);
  });

  it("counts again where Redis has lost the key", async () => {
    const [page, key] = [fleet.newPage(), randomUUID()];
    await hit(page, { key });
    const keys = await fleet.redisClient.run((client) => client.keys(`*{${page}}:key:*`));
    expect(keys).to.have.lengthOf(1);
    for (const name of [
      ...keys,
      ...(await fleet.redisClient.run((one) => one.keys("*v2:key:*"))),
    ]) {
      expect(await fleet.redisClient.run((client) => client.ttl(name)), name).to.be.within(1, 600);
    }
    await fleet.redisClient.run((client) => client.del(keys));
    expect(await hit(page, { key })).to.include({ status: 201, count: 2 });
  });
});
