import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { expect } from "chai";
import fc from "fast-check";
import { serviceNames } from "../../../contract.ts";
import type { ApiDocument } from "../../../kit/http/docs/openapi.ts";
import { serviceEnvironment } from "../../local/processes/service-environment.ts";
import { ServiceProcess } from "../../local/processes/service-process.ts";
import { DynamodbServer } from "../../local/stores/dynamodb-server.ts";
import { RedisServer } from "../../local/stores/redis-server.ts";
import { type ApiRequest, arbitraryRequest } from "./api-requests.ts";

const REQUESTS = 7_000;
const CALLERS = 8;
/** A run can be repeated with its seed, which every failure names. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);

const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });

/** The status; the body is not read to its end, since some have none. */
function send(url: string, { method, path, headers, body }: ApiRequest): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(url + path, { method, headers, agent, timeout: 10_000 }, (response) => {
    resolve(response.statusCode ?? 0);
    if (response.headers["content-type"]?.startsWith("text/event-stream")) response.destroy();
    else response.resume();
  });
  sent.on("timeout", () => sent.destroy(new Error("no answer within 10 s")));
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

async function findFailures(url: string, requests: readonly ApiRequest[]): Promise<string[]> {
  const failures: string[] = [];
  const left = requests.values();
  const work = async () => {
    for (const each of left) {
      const status = await send(url, each).catch(String);
      if (typeof status === "string" || status >= 500) {
        failures.push(`${status} for ${JSON.stringify(each).slice(0, 500)} (seed ${seed})`);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, work));
  return failures;
}

describe("a service that is sent anything its description may suggest", () => {
  for (const service of serviceNames) {
    it(`answers no 5xx while its stores are there: ${service}`, async () => {
      await using redis = await RedisServer.start();
      await using dynamodb = await DynamodbServer.start();
      await dynamodb.createTables();
      const env = serviceEnvironment(service, { dynamodbUrl: dynamodb.url, redisUrl: redis.url });
      await using running = await ServiceProcess.start(service, { env });
      const file = new URL(`../../../../services/${service}/openapi.json`, import.meta.url);
      const api = JSON.parse(await readFile(file, "utf8")) as ApiDocument;
      const requests = fc.sample(arbitraryRequest(api), { numRuns: REQUESTS, seed });
      const failures = await findFailures(running.url, requests);
      expect(failures.length, failures.slice(0, 5).join("\n")).to.equal(0);
      expect(running.process.isRunning).to.equal(true);
    });
  }
});
