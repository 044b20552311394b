import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { serviceNames, type ServiceName } from "../../contract.ts";
import { problems } from "../../kit/http/problem.ts";
import { serviceEnvironment } from "../local/processes/service-environment.ts";
import { ServiceProcess } from "../local/processes/service-process.ts";
import { DynamodbServer } from "../local/stores/dynamodb-server.ts";

type Request = readonly [method: string, path: string, body?: unknown, headers?: object];

/** What every service can answer, by a write of its own that asks for the key. */
const write: Record<ServiceName, Request> = {
  counter: ["PUT", "/counter/a", { count: 1 }],
  catalog: ["PUT", "/catalog/products/1", { name: "cup", price: 1 }],
  "stream-guard": ["DELETE", "/stream-guard/callers/a/streams"],
};
/** A body that is read before anything else of the request is checked. */
const bodied: Record<ServiceName, readonly [method: string, path: string]> = {
  counter: ["PUT", "/counter/a"],
  catalog: ["PUT", "/catalog/products/1"],
  "stream-guard": ["POST", "/api/v1/stream"],
};
const user = { email: "ada@example.com", password: "correct horse" };
const product = { id: 7, name: "cup", price: 1 };

/** The last of the requests is answered with the kind; a key is sent with all of them. */
const own: Record<ServiceName, Record<string, readonly Request[]>> = {
  counter: {
    "count-exhausted": [
      ["PUT", "/counter/full", { count: 999_999_999_999_999 }],
      ["POST", "/counter/full/hits"],
    ],
    "email-taken": [
      ["POST", "/counter/v1/registration", user],
      ["POST", "/counter/v1/registration", user],
    ],
    "idempotency-key-reused": [
      ["POST", "/registration", { ...user, email: "b@b" }, { "idempotency-key": "k" }],
      [
        "POST",
        "/registration",
        { email: "b@b", password: "another one" },
        { "idempotency-key": "k" },
      ],
    ],
    "wrong-credentials": [["POST", "/counter/v1/login", { ...user, password: "wrong one" }]],
    "invalid-token": [["GET", "/counter/v1/current"]],
    "foreign-origin": [["POST", "/counter/v1/login", user, { origin: "https://x.example" }]],
    "too-many-new-pages": ["b", "c", "d"].map((page) => ["POST", `/counter/${page}/hits`] as const),
  },
  catalog: {
    "product-exists": [
      ["POST", "/catalog/products", product],
      ["POST", "/catalog/products", product],
    ],
    "product-changed": [
      ["PUT", "/catalog/products/7", { name: "cup", price: 2 }, { "if-match": '"other"' }],
    ],
  },
  "stream-guard": {
    "stream-limit-reached": [
      ["POST", "/api/v1/stream", { stream_id: "one" }],
      ["POST", "/api/v1/stream", { stream_id: "two" }],
    ],
    "foreign-origin": [["GET", "/api/v1/streams", undefined, { origin: "https://x.example" }]],
  },
};

/** Kinds that need a fault or a flood, and the test that provokes each over HTTP. */
const elsewhere: Record<string, string> = {
  "internal-error": "shared/kit/http/service-app.test.ts",
  "too-many-requests": "shared/kit/http/limits/rate-limit.test.ts",
  "number-at-maximum": "services/counter/testing/accounts.test.ts",
  "passwords-busy": "services/counter/testing/accounts.test.ts",
  "registration-closed": "services/counter/testing/accounts.test.ts",
  "too-many-attempts": "services/counter/testing/accounts.test.ts",
  "too-many-listeners": "services/counter/app.test.ts",
  "too-many-listeners-of-address": "services/counter/app.test.ts",
  "unreadable-product": "services/catalog/app.test.ts",
  "caller-busy": "services/stream-guard/app.test.ts",
  "lease-lost": "services/stream-guard/app.test.ts",
  "viewer-keys-unavailable": "services/stream-guard/http/viewer-tokens.test.ts",
};
const viewerToken = { "invalid-token": "services/stream-guard/http/viewer-tokens.test.ts" };

/** Of a kind that any service has, or of the schema whose type is this one. */
function titleIn(contract: string, type: string): string {
  const common = Object.values(problems).find(({ id }) => type.endsWith(`/${id}`));
  if (common !== undefined) return common.title;
  const { schemas } = (JSON.parse(contract) as { components: { schemas: object } }).components;
  const kinds = Object.values(schemas) as { properties?: Record<string, { const?: string }> }[];
  const { properties } = kinds.find((each) => each.properties?.["type"]?.const === type) ?? {};
  return properties?.["title"]?.const ?? `a title of ${type}`;
}

const repository = new URL("../../../", import.meta.url);
const read = (file: string) => readFile(new URL(file, repository), "utf8");

describe("each kind of problem", () => {
  let dynamodb: DynamodbServer;
  before(async () => {
    dynamodb = await DynamodbServer.start();
    await dynamodb.createTables();
  });
  after(() => dynamodb.stop());

  async function provoke(url: string, [method, path, body, headers]: Request, key = "key") {
    const isText = typeof body === "string";
    return fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        "x-forwarded-for": "192.0.2.1",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
  }

  /** Sends the requests, and follows the type of the last answer to its page. */
  async function expectKind(url: string, type: string, answer: Response): Promise<void> {
    const problem = (await answer.json()) as { type: string; title: string; status: number };
    expect(problem).to.include({ type, status: answer.status });
    const page = await fetch(url + problem.type);
    expect(page.status, type).to.equal(200);
    expect(await page.text()).to.include(problem.title);
  }

  for (const service of serviceNames) {
    it(`of ${service} is provoked, and its type leads to its page`, async function () {
      this.timeout(60_000);
      const given = serviceEnvironment(service, { dynamodbUrl: dynamodb.url });
      const limits = { NEW_PAGES_PER_MINUTE: "2", STREAM_LIMIT: "1" };
      const env = { ...given, ...limits, API_KEYS: "key" };
      await using running = await ServiceProcess.start(service, { env });
      const { url } = running;
      const [method, path] = bodied[service];
      const seen = new Set<string>();
      const see = async (kind: string, answer: Response) => {
        await expectKind(url, `/${service}/problems/${kind}`, answer);
        seen.add(kind);
      };
      await see("malformed-body", await provoke(url, [method, path, "{"]));
      await see("invalid-input", await provoke(url, [method, path, { unknown: 1 }]));
      await see("body-too-large", await provoke(url, [method, path, `"${"x".repeat(20_000)}"`]));
      const csv = { "content-type": "text/csv" };
      await see("unsupported-media-type", await provoke(url, [method, path, "a", csv]));
      await see("unauthorized", await provoke(url, write[service], "wrong"));
      await see("method-not-allowed", await provoke(url, ["PATCH", path]));
      await see("not-found", await provoke(url, ["GET", `/${service}/none/none/none`]));
      for (const [kind, requests] of Object.entries(own[service])) {
        const answers = [];
        for (const request of requests) answers.push(await provoke(url, request));
        await see(kind, answers.at(-1) as Response);
      }
      const other = service === "stream-guard" ? { ...elsewhere, ...viewerToken } : elsewhere;
      const common = Object.values(problems).map(({ id }) => id);
      const contract = await read(`services/${service}/openapi.json`);
      const described = contract.matchAll(new RegExp(`/${service}/problems/([a-z-]+)`, "g"));
      const kinds = new Set([...common, ...[...described].map(([, kind = ""]) => kind)]);
      kinds.delete("store-unavailable");
      if (service === "catalog") kinds.delete("foreign-origin");
      for (const kind of [...kinds].filter((each) => !seen.has(each))) {
        const file = other[kind];
        expect(file, `a test that provokes ${kind}`).to.be.a("string");
        expect(await read(file ?? ""), file).to.include(kind);
        // That test compares the type of the answer with this path.
        const page = await fetch(`${url}/${service}/problems/${kind}`);
        expect(page.status, `the page of ${kind}`).to.equal(200);
        expect(await page.text(), kind).to.include(
          titleIn(contract, `/${service}/problems/${kind}`),
        );
      }
    });
  }

  it("of a store that is away is provoked, and its type leads to its page", async function () {
    this.timeout(60_000);
    const given = serviceEnvironment("counter", { dynamodbUrl: dynamodb.url });
    await using running = await ServiceProcess.start("counter", { env: given });
    await dynamodb.kill();
    const answer = await provoke(running.url, ["POST", "/counter/a/hits"]);
    await expectKind(running.url, "/counter/problems/store-unavailable", answer);
  });
});
