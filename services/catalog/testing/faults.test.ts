import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import { TcpProxy } from "../../../shared/tools/testing/tcp-proxy.ts";

/** What one read was answered. */
interface Answer {
  status: number;
  cache: string | null;
  age: string | null;
  name: string | undefined;
}

describe("two instances of the catalog", () => {
  let dataDir: string;
  let redis: RedisServer;
  let dynamodb: DynamodbServer;
  let database: StrictDynamoDB;
  let farRedis: TcpProxy;
  /** `far` reaches Redis through a proxy of its own. */
  let near: ServiceProcess;
  let far: ServiceProcess;
  let id = 0;

  const start = (redisUrl: string | undefined, overrides: Record<string, string> = {}) =>
    ServiceProcess.start("catalog", {
      env: {
        ...serviceEnvironment("catalog", { dynamodbUrl: database.url, redisUrl }),
        // A test machine may be slow; that a slow Redis is given up is tested with the cache.
        REDIS_TIMEOUT_MS: "500",
        DRAIN_SECONDS: "0",
        ...overrides,
      },
    });

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "catalog-faults-"));
    [redis, dynamodb] = await Promise.all([RedisServer.start({ dataDir }), DynamodbServer.start()]);
    database = await StrictDynamoDB.start(dynamodb.url);
    farRedis = await TcpProxy.start(redis.url);
    await dynamodb.createTables();
    [near, far] = await Promise.all([
      start(redis.url),
      start(`redis://127.0.0.1:${farRedis.port}`),
    ]);
  });
  after(async () => {
    await Promise.all([near.stop(), far.stop()]);
    await farRedis[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await Promise.all([redis.stop(), dynamodb.stop()]);
    await rm(dataDir, { recursive: true });
  });
  beforeEach(async () => {
    id += 1;
    database.isAway = false;
    await farRedis.heal();
    for (const instance of [near, far]) {
      await pollUntil(
        async () => ["hit", "miss"].includes((await read(instance, 999)).cache ?? ""),
        {
          what: "both instances have their cache",
        },
      );
    }
    database.takeCalls();
  });

  async function read(instance: ServiceProcess, product = id): Promise<Answer> {
    const { status, headers, body } = await fetchJson(`${instance.url}/product/${product}`);
    return {
      ...{ status, cache: headers.get("x-cache"), age: headers.get("age") },
      name: body.name,
    };
  }
  async function fetchJson(url: string, init: RequestInit = {}) {
    const answer = await fetch(url, init);
    const { status, headers } = answer;
    return { status, headers, body: (await answer.json()) as { name?: string } };
  }
  async function write(instance: ServiceProcess, method: "POST" | "PUT", name: string) {
    return (await send(instance, method, name)).status;
  }
  const send = (instance: ServiceProcess, method: "POST" | "PUT", name: string) =>
    fetchJson(instance.url + (method === "POST" ? "/data" : `/catalog/products/${id}`), {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id, name, price: 19.99 }),
    });
  const loads = () => database.takeCalls().filter((action) => action === "GetItem").length;
  const metric = async (instance: ServiceProcess, name: string) => {
    const lines = (await (await fetch(`${instance.url}/metrics`)).text()).split("\n");
    return Number(
      lines
        .find((line) => line.startsWith(name))
        ?.split(" ")
        .at(-1),
    );
  };

  it("load a cold product once for 300 concurrent reads", async () => {
    // Without the proxies: they live in this process, which is busy enough.
    const env = serviceEnvironment("catalog", { dynamodbUrl: dynamodb.url, redisUrl: redis.url });
    const options = { env: { ...env, REDIS_TIMEOUT_MS: "1000", DRAIN_SECONDS: "0" } };
    await using first = await ServiceProcess.start("catalog", options);
    await using second = await ServiceProcess.start("catalog", options);
    await write(first, "POST", "Samsung TV");
    const readings = Array.from({ length: 300 }, (_, index) => read(index % 2 ? first : second));
    const names = (await Promise.all(readings)).map(({ name }) => name);
    expect(names.filter((name) => name === "Samsung TV")).to.have.length(300);
    const found = 'catalog_loads_total{outcome="found"}';
    const counts = await Promise.all([metric(first, found), metric(second, found)]);
    // The metric is not there where nothing was loaded.
    expect(counts.filter((count) => !Number.isNaN(count))).to.deep.equal([1]);
  });

  it("read once more only for what is not there", async () => {
    const answers = await Promise.all([1, 2, 3, 4].map((n) => read(n % 2 ? near : far)));
    expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404]);
    expect(await read(near)).to.include({ status: 404, cache: "hit" });
    expect(loads()).to.equal(1);
  });

  it("see at once on one what was created on the other, after a 404 on both", async () => {
    expect(await read(near)).to.include({ status: 404 });
    expect(await read(far)).to.include({ status: 404, cache: "hit" });
    expect(await write(near, "POST", "Samsung TV")).to.equal(201);
    expect(await read(far)).to.include({ status: 200, cache: "miss", name: "Samsung TV" });
    expect(await read(near)).to.include({ status: 200, cache: "hit", name: "Samsung TV" });
  });

  it("see each write on the next read, on either", async () => {
    for (let round = 0; round < 10; round += 1) {
      const [writer, reader] = round % 2 ? [near, far] : [far, near];
      await write(writer, "PUT", `name ${round}`);
      for (const instance of [reader, writer]) {
        expect((await read(instance)).name).to.equal(`name ${round}`);
      }
    }
  });

  it("never bring an old product back that a reader was still holding", async () => {
    await write(near, "POST", "old");
    const held = database.hold("GetItem");
    const paused = read(near);
    await held.reached;
    await write(far, "PUT", "new");
    expect((await read(far)).name).to.equal("new");
    expect((await read(near)).name).to.equal("new");
    held.release();
    // Its question came before the write: either answer would do. What it leaves behind matters.
    expect((await paused).name).to.equal("old");
    for (const instance of [near, far]) {
      expect(await read(instance)).to.include({ cache: "hit", name: "new" });
    }
  });

  it("never bring a not-found back that a reader was still holding", async () => {
    const held = database.hold("GetItem");
    const paused = read(far);
    await held.reached;
    await write(near, "POST", "new");
    held.release();
    await paused;
    for (const instance of [near, far]) expect((await read(instance)).name).to.equal("new");
  });

  it("answer from DynamoDB while a product is being written, and keep nothing of it", async () => {
    await write(near, "POST", "old");
    await read(near);
    const held = database.hold("PutItem");
    const writing = write(far, "PUT", "new");
    await held.reached;
    expect(await read(near)).to.include({ cache: "bypass", name: "new" });
    held.release();
    await writing;
    expect(await read(near)).to.include({ cache: "miss", name: "new" });
  });

  it("do not wait for a process that was killed while it held the lease", async () => {
    await write(near, "POST", "Samsung TV");
    // Its lease, like any, outlives its longest load.
    const doomed = await start(redis.url, { DYNAMODB_TIMEOUT_MS: "100" });
    const held = database.hold("GetItem");
    const lost = read(doomed).catch(() => undefined);
    await held.reached;
    await doomed.kill();
    expect(await read(near)).to.include({ status: 200, name: "Samsung TV" });
    held.release();
    await lost;
  });

  it("answer without Redis, and use it again when it is back, but nothing of before", async () => {
    const doomed = await start(redis.url);
    await write(near, "POST", "old");
    await read(far);
    expect(await read(near)).to.include({ cache: "hit", name: "old" });
    await redis.kill();
    for (const instance of [near, far]) {
      expect(await read(instance)).to.include({ status: 200, cache: "bypass", name: "old" });
    }
    expect(await write(doomed, "PUT", "new")).to.equal(200);
    await doomed.kill();
    expect((await read(far)).name).to.equal("new");
    // It comes back with the old product in its append-only file, and nobody left to tell it.
    await redis.start();
    const seen = await pollUntil(
      async () => {
        const answer = await read(far);
        expect(answer.name).to.equal("new");
        return answer.cache === "hit" && answer;
      },
      { what: "the cache is used again" },
    );
    expect(seen).to.include({ status: 200, name: "new" });
    expect((await read(near)).name).to.equal("new");
  });

  it("tell Redis of a write as soon as the writer reaches it again", async () => {
    await write(near, "POST", "old");
    await read(near);
    await farRedis.cut();
    const written = await send(far, "PUT", "new");
    expect([written.status, written.headers.get("x-cache")]).to.deep.equal([200, "unsettled"]);
    expect(await read(far)).to.include({ cache: "bypass", name: "new" });
    expect(await metric(far, "catalog_pending_products")).to.equal(1);
    expect(await metric(far, "catalog_cache_trusted")).to.equal(0);
    await farRedis.heal();
    await pollUntil(async () => (await metric(far, "catalog_pending_products")) === 0, {
      what: "Redis has the write",
    });
    expect(await read(near)).to.include({ cache: "miss", name: "new" });
  });

  it("refuse a write that cannot be announced to Redis, where they are set to", async () => {
    await using strict = await start(`redis://127.0.0.1:${farRedis.port}`, {
      UNSETTLED_WRITES: "refuse",
    });
    await pollUntil(async () => (await metric(strict, "catalog_cache_trusted")) === 1, {
      what: "Redis is trusted",
    });
    expect(await write(strict, "POST", "old")).to.equal(201);
    await farRedis.cut();
    // The first beat that is missed may come after the write has begun: then it is written.
    await pollUntil(async () => (await metric(strict, "catalog_cache_trusted")) === 0, {
      what: "Redis is lost",
    });
    expect(await write(strict, "PUT", "new")).to.equal(503);
    expect(await read(strict)).to.include({ status: 200, name: "old" });
  });

  it("keep the copies of products whose writes fail or are refused", async () => {
    const other = id + 5_000;
    for (const product of [id, other]) {
      id = product;
      await write(near, "POST", "Samsung TV");
      await read(near);
    }
    expect(await write(far, "POST", "LG TV")).to.equal(409);
    id = other - 5_000;
    database.isAway = true;
    for (const instance of [near, far]) expect(await write(instance, "PUT", "new")).to.equal(503);
    for (const product of [id, other]) {
      expect(await read(near, product)).to.include({ cache: "stale", name: "Samsung TV" });
    }
  });

  it("answer fresh products while DynamoDB is away, and 503 for unknown ones", async () => {
    await write(near, "POST", "Samsung TV");
    await read(near);
    database.isAway = true;
    expect(await read(far)).to.include({ status: 200, cache: "hit", name: "Samsung TV" });
    for (const instance of [near, far]) {
      expect(await read(instance, 1_000_000 + id)).to.include({ status: 503 });
    }
    database.isAway = false;
    await pollUntil(async () => (await read(near, 1_000_000 + id)).status === 404, {
      what: "DynamoDB is used again",
    });
  });

  it("answer stale products, and their age, while DynamoDB is away", async () => {
    const redisUrl = redis.url;
    await using impatient = await start(redisUrl, { CACHE_FRESH_SECONDS: "1" });
    await write(impatient, "POST", "Samsung TV");
    expect(await read(impatient)).to.include({ cache: "miss" });
    database.isAway = true;
    const stale = await pollUntil(
      async () => {
        const answer = await read(impatient);
        expect(answer).to.include({ status: 200, name: "Samsung TV" });
        return answer.cache === "stale" && answer;
      },
      { what: "the product is stale" },
    );
    expect(Number(stale.age)).to.be.at.least(1);
    expect(await read(far)).to.include({ cache: "stale" });
    database.isAway = false;
    await pollUntil(async () => (await read(impatient)).cache === "hit", { what: "fresh again" });
    expect(await metric(impatient, 'catalog_reads_total{outcome="stale"}')).to.be.at.least(1);
  });

  it("keep the load on DynamoDB bounded without a cache", async () => {
    await using bare = await start(undefined, { LOADS_PARALLEL: "2", LOADS_WAITING: "3" });
    await write(near, "POST", "Samsung TV");
    const held = [database.hold("GetItem"), database.hold("GetItem")];
    const statuses: number[] = [];
    const readings = Array.from({ length: 20 }, async (_, index) => {
      const { status } = await read(bare, 2_000_000 + index);
      statuses.push(status);
    });
    await pollUntil(() => statuses.length === 15, { what: "all others are refused" });
    expect(new Set(statuses)).to.deep.equal(new Set([503]));
    for (const call of held) call.release();
    await Promise.all(readings);
    expect(statuses.filter((status) => status === 404)).to.have.length(5);
    expect(await read(bare)).to.include({ status: 200, cache: "bypass" });
  });
});
