import { expect } from "chai";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { localAwsEnvironment, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import { recordingLog } from "../../../shared/tools/testing/start-app.ts";
import { DynamoDBProductStore } from "../dynamodb/product-store.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { type Answer, call } from "./http-client.ts";

const PRODUCTS = 4_000;
const CLIENTS = 900;
const FILLED_WITHIN_MS = 15_000;
const ROUNDS = 10;
const COLD_READS = 1_000;

async function countLoads(urls: readonly string[]): Promise<number> {
  const counts = urls.map(async (url) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const loads = metrics.matchAll(/^catalog_loads_total\{.*\} (\d+)$/gm);
    return [...loads].reduce((sum, [, count]) => sum + Number(count), 0);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function addProducts(endpoint: string, ids: readonly number[]): Promise<void> {
  const store = new DynamoDBProductStore({
    client: createDynamoDB({ endpoint, region: localRegion, timeoutMs: 10_000 }),
    table: "products",
    log: recordingLog().log,
    newVersion: () => "v1",
  });
  const left = ids.values();
  const add = async () => {
    for (const id of left) await store.create({ id, name: `product ${id}`, priceCents: 1 });
  };
  Object.assign(process.env, localAwsEnvironment(endpoint));
  await Promise.all(Array.from({ length: 32 }, add));
}

describe("a cold cache of three instances", () => {
  const read = ({ urls }: Fleet, id: number, turn: number): Promise<Answer> =>
    call("GET", `${urls[turn % urls.length] ?? ""}/product/${id}`);

  it("fills within 15 s under 900 clients while DynamoDB takes 250 ms", async () => {
    await using fleet = await startFleet({ instances: 3, databaseDelayMs: 250 });
    const ids = Array.from({ length: PRODUCTS }, (_, index) => 1 + index);
    await addProducts(fleet.dynamodbUrl, ids);
    const counts: Record<string, number> = {};
    const cold = new Set(ids);
    const startedMs = performance.now();
    let turn = 0;
    const client = async () => {
      while (cold.size > 0 && performance.now() - startedMs < 2 * FILLED_WITHIN_MS) {
        turn += 1;
        const id = 1 + ((turn * 7_919) % PRODUCTS);
        const { status, headers } = await read(fleet, id, turn);
        const outcome = status === 200 ? String(headers["x-cache"]) : String(status);
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        if (outcome === "hit") cold.delete(id);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const tookMs = performance.now() - startedMs;
    console.log(`filled ${PRODUCTS} in ${Math.round(tookMs)} ms`, counts);
    expect(cold.size).to.equal(0);
    expect(tookMs).to.be.lessThan(FILLED_WITHIN_MS);
  });

  it("reads DynamoDB once for 1,000 reads of a cold product, in ten of ten rounds", async () => {
    await using fleet = await startFleet({ instances: 3 });
    const ids = Array.from({ length: ROUNDS }, (_, index) => 1 + index);
    await addProducts(fleet.dynamodbUrl, ids);
    // The first burst of a process that has just started is slower than Redis may be.
    await Promise.all(Array.from({ length: COLD_READS }, (_, turn) => read(fleet, 999, turn)));
    const loads: number[] = [];
    for (const id of ids) {
      const before = await countLoads(fleet.urls);
      await Promise.all(Array.from({ length: COLD_READS }, (_, turn) => read(fleet, id, turn)));
      loads.push((await countLoads(fleet.urls)) - before);
    }
    console.log("database reads in each round:", loads.join(" "));
    expect(loads).to.deep.equal(ids.map(() => 1));
  });
});
