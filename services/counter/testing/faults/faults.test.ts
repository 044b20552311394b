import { rm, truncate } from "node:fs/promises";
import { type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { pollUntil } from "../../../../shared/tools/local/processes/poll-until.ts";
import { FIRST_STEP } from "../../redis/scripts.ts";
import { Fleet } from "../fleet.ts";
import { expectConsecutive, flawsOf, HitLoad, isRefusal } from "../hit-load.ts";

describe("The counter under load, on two instances", () => {
  let fleet: Fleet;
  let page: string;
  let load: HitLoad;

  const startLoad = (on = fleet) => {
    page = on.newPage();
    load = new HitLoad({ pages: [page], urls: on.urls });
  };
  const numbers = () => load.numbers.get(page) ?? [];
  /** Ends the load; nothing else was answered than numbers and refusals. */
  const stopLoad = async () => {
    await load.stop();
    expect(load.failures.filter((failure) => !isRefusal(failure))).to.deep.equal([]);
    return flawsOf(numbers());
  };
  /** What so many losses of Redis may skip: a step is at most four seconds' hits. */
  const reservations = (losses: number) =>
    losses * (Math.max(FIRST_STEP, Math.ceil(4 * load.peakPerSecond)) + 2 * load.workers);

  before(async () => {
    fleet = await Fleet.start({ instances: 2 });
  });
  after(() => fleet[Symbol.asyncDispose]());

  it("lost replies: deals no number twice, and skips only those of refused hits", async () => {
    startLoad();
    for (let loss = 0; loss < 5; loss += 1) {
      await load.answered(60);
      fleet.far.loseReply();
      await pollUntil(() => fleet.far.hasLostIt, { what: "a reply is lost" });
    }
    await load.answered(60);
    const { twice, missing } = await stopLoad();
    expect(twice).to.equal(0);
    // A batch is sent again for a second; a machine may be too busy for that.
    expect(missing).to.be.at.most(load.failures.length);
  });

  for (const memory of ["less than it acknowledged", "nothing"]) {
    it(`Redis killed and back with ${memory}: deals no number twice, skips few`, async () => {
      startLoad();
      await load.answered(100);
      const kept = await fleet.appendOnlyFile();
      await load.answered(200);
      await fleet.redis.kill();
      if (memory === "nothing") await rm(`${fleet.dataDir}/redis`, { recursive: true });
      else await truncate(kept.path, kept.size);
      await fleet.redis.start();
      await load.answered(200);
      const { twice, missing } = await stopLoad();
      expect(twice).to.equal(0);
      expect(missing).to.be.at.most(reservations(1));
      expect(await fleet.readCount(page)).to.be.at.least(Math.max(...numbers()));
    });
  }

  for (const setting of ["maxmemory", "min-replicas-to-write"]) {
    it(`Redis empty and refusing writes (${setting}): answers 503, skips few`, async () => {
      startLoad();
      await load.answered(100);
      await fleet.redisClient.run((client) => client.flushAll());
      await fleet.redisClient.run((client) => client.configSet(setting, "1"));
      await pollUntil(() => load.failures.length > 50, { what: "hits are refused" });
      await fleet.redisClient.run((client) => client.configSet(setting, "0"));
      await load.answered(100);
      const { twice, missing } = await stopLoad();
      expect(twice).to.equal(0);
      expect(missing).to.be.at.most(reservations(1));
    });
  }

  it("an item lost from DynamoDB: is written again, and no hit is refused", async () => {
    startLoad();
    await load.answered(100);
    await fleet.ledger.remove(page);
    await pollUntil(async () => (await fleet.ledger.find(page)) !== undefined, {
      what: "the item is back",
    });
    await load.answered(50);
    await load.stop();
    expect(load.failures).to.deep.equal([]);
    expectConsecutive(load);
  });

  it("SIGKILL: deals no number twice, and skips at most those in flight", async () => {
    startLoad();
    await load.answered(200);
    const [killed] = fleet.services;
    await killed?.kill();
    load.setUrls(fleet.urls.slice(1));
    await load.answered(100);
    await load.stop();
    await killed?.start();
    const { twice, missing } = flawsOf(numbers());
    expect(twice).to.equal(0);
    expect(missing).to.be.within(0, load.workers);
  });

  it("SIGTERM: fails no request, and loses neither a hit nor its record", async () => {
    startLoad();
    await load.answered(200);
    const [first, second] = fleet.services;
    const exit = await first?.stop();
    await load.answered(100);
    await load.stop();
    await second?.stop();
    expect(exit).to.deep.equal({ code: 0, signal: undefined });
    expect(load.failures).to.deep.equal([]);
    expectConsecutive(load);
    const sorted = numbers().toSorted((a, b) => a - b);
    expect(await recordedNumbers(fleet.dynamodbClient, page)).to.deep.equal(sorted);
    const entry = await fleet.ledger.find(page);
    expect(entry).to.include({ count: sorted.length, reservedTo: sorted.length });
    await Promise.all([first?.start(), second?.start()]);
  });

  it("SIGTERM while DynamoDB is silent: ends within its time, says what it could not write", async () => {
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    const stopping = await fleet.startService({ onLine });
    fleet.services.pop();
    page = fleet.newPage();
    const hit = () => fetch(`${stopping.url}/counter/${page}/hits`, { method: "POST" });
    await hit();
    fleet.dynamodbProxy.block();
    expect((await hit()).status).to.equal(201);
    const exit = await stopping.stop();
    await fleet.dynamodbProxy.heal();
    expect(exit).to.deep.equal({ code: 0, signal: undefined });
    expect(lines.join("\n")).to.include('"not_rolled_up":1').and.include('"not_given_back":1');
    expect(lines.join("\n")).to.match(/"dropped":[12],.*session records could not be written/);
  });

  it("DynamoDB as the store, away and back: deals no number twice", async () => {
    await using other = await Fleet.start({ instances: 2, store: "dynamodb" });
    startLoad(other);
    await load.answered(100);
    await other.dynamodb.kill();
    await pollUntil(() => load.failures.length > 0, { what: "the outage is noticed" });
    await other.dynamodb.start();
    await load.answered(100);
    const { twice, missing } = await stopLoad();
    expect(twice).to.equal(0);
    expect(missing).to.be.within(0, 2 * load.workers);
  });
});

async function recordedNumbers(client: DynamoDBClient, page: string): Promise<number[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: "sessions" }));
  const own = Items.filter((item) => item["page"]?.S === page);
  return own.map((item) => Number(item["number"]?.N)).toSorted((a, b) => a - b);
}
