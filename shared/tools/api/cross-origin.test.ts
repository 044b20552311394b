import { expect } from "chai";
import type { ServiceName } from "../../contract.ts";
import { serviceEnvironment } from "../local/processes/service-environment.ts";
import { DynamodbServer } from "../local/stores/dynamodb-server.ts";
import { ServiceProcess } from "../local/processes/service-process.ts";

const page = "https://blog.example";
const closed = "https://other.example";

type Operation = readonly [method: string, path: string];

const reads: Record<ServiceName, readonly Operation[]> = {
  counter: [
    ["GET", "/"],
    ["GET", "/counter/post"],
    ["GET", "/counter/post/badge.svg"],
    ["GET", "/counter/post/events"],
    ["GET", "/counter/problems/invalid-input"],
  ],
  catalog: [
    ["GET", "/catalog/products/1"],
    ["GET", "/catalog/openapi.json"],
  ],
  "stream-guard": [
    ["GET", "/api/v1/streams"],
    ["GET", "/stream-guard/openapi.json"],
  ],
};
const writes: Record<ServiceName, readonly Operation[]> = {
  counter: [
    ["PUT", "/counter/post"],
    ["DELETE", "/counter/post"],
    ["POST", "/counter/v1/registration"],
    ["POST", "/counter/v1/login"],
    ["GET", "/counter/v1/current"],
    ["PUT", "/counter/v1/current"],
    ["POST", "/counter/v1/next"],
    ["GET", "/next"],
  ],
  catalog: [
    ["POST", "/catalog/products"],
    ["PUT", "/catalog/products/1"],
    ["DELETE", "/catalog/products/1"],
  ],
  "stream-guard": [
    ["POST", "/api/v1/stream"],
    ["PUT", "/api/v1/streams/a"],
    ["DELETE", "/api/v1/streams/a"],
  ],
};
const hits: readonly Operation[] = [["POST", "/counter/post/hits"]];

/** What a browser learns of an origin's request: first whether it may send it, then the answer. */
async function ask(url: string, [method, path]: Operation, origin: string) {
  const asked = { "access-control-request-method": method };
  const demands = { ...asked, "access-control-request-headers": "idempotency-key" };
  const preflight = await fetch(url + path, { method: "OPTIONS", headers: { origin, ...demands } });
  const actual = await fetch(url + path, { method, headers: { origin } });
  await actual.body?.cancel();
  return { preflight: preflight.headers, actual: actual.headers, status: actual.status };
}

async function expectOpen(url: string, operations: readonly Operation[], as: string) {
  for (const operation of operations) {
    const { preflight, actual } = await ask(url, operation, page);
    for (const headers of [preflight, actual]) {
      expect(headers.get("access-control-allow-origin"), operation.join(" ")).to.equal(as);
      expect(headers.get("access-control-allow-credentials")).to.equal(null);
      expect(headers.get("vary")).to.match(/\borigin\b/i);
    }
    expect(preflight.get("access-control-allow-methods")?.split(",")).to.include(operation[0]);
    expect(preflight.get("access-control-allow-headers")).to.equal("idempotency-key");
    expect(actual.get("access-control-expose-headers")?.split(",")).to.include.members([
      ...["allow", "etag", "link", "location", "retry-after", "x-request-id"],
      ...["ratelimit", "ratelimit-policy"],
    ]);
  }
}

async function expectClosed(url: string, operations: readonly Operation[], origin: string) {
  for (const operation of operations) {
    const { preflight, actual, status } = await ask(url, operation, origin);
    for (const headers of [preflight, actual]) {
      expect(headers.get("access-control-allow-origin"), operation.join(" ")).to.equal(null);
    }
    if (operation[1].startsWith("/api/")) expect(status, operation.join(" ")).to.equal(403);
  }
}

describe("a page of another origin", () => {
  let dynamodb: DynamodbServer;
  before(async () => {
    dynamodb = await DynamodbServer.start();
    await dynamodb.createTables();
  });
  after(() => dynamodb.stop());

  /** The service as it runs with its own default, or with named origins. */
  function run(service: ServiceName, origins?: string): Promise<ServiceProcess> {
    const given = serviceEnvironment(service, { dynamodbUrl: dynamodb.url });
    const env = { ...given, ...(origins !== undefined && { CORS_ORIGINS: origins }) };
    return ServiceProcess.start(service, { env });
  }

  it("may hit and read the counter by default, but not write, nor act for a user", async () => {
    await using counter = await run("counter");
    await expectOpen(counter.url, [...hits, ...reads.counter], "*");
    await expectClosed(counter.url, writes.counter, page);
  });

  it("may not use up its visitor's logins and registrations by a form, which no preflight holds back", async () => {
    await using counter = await run("counter");
    const body = new URLSearchParams({ email: "ada@example.com", password: "correct horse" });
    for (const path of ["/registration", "/counter/v1/registration", "/login"]) {
      const send = (origin: string) =>
        fetch(counter.url + path, { method: "POST", headers: { origin }, body });
      expect((await send(page)).status, path).to.equal(403);
      expect((await send(counter.url)).status, path).to.not.equal(403);
    }
  });

  it("may read the catalog by default, but not write", async () => {
    await using catalog = await run("catalog");
    await expectOpen(catalog.url, reads.catalog, "*");
    await expectClosed(catalog.url, writes.catalog, page);
  });

  it("may neither read the stream guard by default nor write", async () => {
    await using guard = await run("stream-guard");
    await expectClosed(guard.url, [...reads["stream-guard"], ...writes["stream-guard"]], page);
  });

  for (const service of ["counter", "stream-guard"] as const) {
    it(`may do all of ${service} where its origin is named, and no other may`, async () => {
      await using named = await run(service, page);
      const all = [...reads[service], ...writes[service], ...(service === "counter" ? hits : [])];
      await expectOpen(named.url, all, page);
      await expectClosed(named.url, all, closed);
    });
  }
});
