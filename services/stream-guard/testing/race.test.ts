import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";

interface Answer {
  status: number;
  retryAfter: string | null;
  body: { stream_id?: string; active?: number; streams?: { stream_id: string }[] };
}

describe("stream-guard, as two processes", () => {
  let folder: string;
  let database: DynamodbServer;
  let services: [ServiceProcess, ServiceProcess];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "stream-guard-"));
    database = await DynamodbServer.start({ dataDir: folder });
    await database.createTables();
    services = await Promise.all([startService(), startService()]);
  });
  const startService = (settings: Record<string, string> = {}) =>
    ServiceProcess.start("stream-guard", {
      env: {
        ...serviceEnvironment("stream-guard", { dynamodbUrl: database.url }),
        DRAIN_SECONDS: "0",
        ...settings,
      },
    });
  after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await database.stop();
    await rm(folder, { recursive: true });
  });

  let callers = 0;
  let caller: string;
  beforeEach(() => {
    callers += 1;
    caller = `198.51.100.${callers}`;
  });

  const call = async (method: string, url: string, body?: unknown): Promise<Answer> => {
    const headers = { "x-forwarded-for": caller, "content-type": "application/json" };
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      retryAfter: response.headers.get("retry-after"),
      body: (text === "" ? {} : JSON.parse(text)) as Answer["body"],
    };
  };
  const start = (instance: number, body?: unknown) =>
    call("POST", `${services[instance % 2]!.url}/api/v1/stream`, body);
  const list = async (instance = 0) =>
    (await call("GET", `${services[instance]!.url}/api/v1/streams`)).body.streams ?? [];
  const count = (answers: Answer[], status: number) =>
    answers.filter((answer) => answer.status === status).length;

  it("accepts three of fifty starts at once", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => start(index)));
    expect([count(answers, 201), count(answers, 409)]).to.deep.equal([3, 47]);
    const accepted = answers.filter(({ status }) => status === 201);
    expect((await list()).map((stream) => stream.stream_id)).to.have.members(
      accepted.map(({ body }) => body.stream_id),
    );
  });

  it("gives one slot to twenty starts at once with one id", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => start(index, { stream_id: "same" })),
    );
    expect([count(answers, 201), count(answers, 200)]).to.deep.equal([1, 19]);
    expect(await list()).to.have.length(1);
  });

  it("keeps the limit while players replace streams on both instances", async () => {
    for (const stream_id of ["a", "b", "c"]) await start(0, { stream_id });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        start(index, { stream_id: `new-${index}`, replace_stream_id: "b" }),
      ),
    );
    expect([count(answers, 201), count(answers, 409)]).to.deep.equal([1, 19]);
    expect(await list(1)).to.have.length(3);
  });

  it("leaks no slot past the lease when an instance is killed in the middle", async () => {
    const victim = await startService({ LEASE_SECONDS: "1" });
    const wishes = Array.from({ length: 20 }, () =>
      call("POST", `${victim.url}/api/v1/stream`).catch(() => undefined),
    );
    await Promise.race(wishes);
    await victim.kill();
    await Promise.all(wishes);
    await pollUntil(async () => (await list()).length === 0, { what: "The leases are over" });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => start(index)));
    expect([count(answers, 201), count(answers, 409)]).to.deep.equal([3, 3]);
  });

  it("refuses with 503 while the store is away, counts that, and recovers with its leases", async () => {
    await start(0, { stream_id: "kept" });
    await database.kill();
    const refused = await start(0, { stream_id: "new" });
    expect(refused).to.include({ status: 503, retryAfter: "1" });
    expect((await call("GET", `${services[0].url}/api/v1/streams`)).status).to.equal(503);
    expect((await call("GET", `${services[0].url}/readyz`)).status).to.equal(503);
    expect((await call("GET", `${services[0].url}/healthz`)).status).to.equal(200);
    const metrics = await (await fetch(`${services[0].url}/metrics`)).text();
    expect(metrics).to.match(/^stream_store_failures_total [2-9]$/m);
    await database.start();
    const again = await pollUntil(
      async () => {
        const answer = await start(0, { stream_id: "kept" });
        return answer.status === 503 ? undefined : answer;
      },
      { what: "The service has recovered" },
    );
    expect(again.status).to.equal(200);
    expect((await list(1)).map((stream) => stream.stream_id)).to.deep.equal(["kept"]);
  });
});
