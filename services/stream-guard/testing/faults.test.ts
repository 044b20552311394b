import { once } from "node:events";
import { request } from "node:http";
import { expect } from "chai";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import { TcpProxy } from "../../../shared/tools/testing/tcp-proxy.ts";

interface Streams {
  active: number;
  streams: { stream_id: string }[];
}

/** The service as a process, behind faults of its store and of its clients. */
describe("stream-guard, when its store or its clients fail", () => {
  const cleanUps = new AsyncDisposableStack();
  let dynamodb: StrictDynamoDB;
  let link: TcpProxy;
  let service: ServiceProcess;

  before(async () => {
    const server = cleanUps.use(await DynamodbServer.start());
    await server.createTables();
    dynamodb = cleanUps.use(await StrictDynamoDB.start(server.url));
    link = cleanUps.use(await TcpProxy.start(dynamodb.url));
    service = cleanUps.use(await startService());
  });
  after(() => cleanUps.disposeAsync());

  const startService = () => {
    const dynamodbUrl = `http://127.0.0.1:${link.port}`;
    const env = { ...serviceEnvironment("stream-guard", { dynamodbUrl }), DRAIN_SECONDS: "0" };
    return ServiceProcess.start("stream-guard", { env });
  };

  let callers = 0;
  let caller: string;
  beforeEach(() => {
    callers += 1;
    caller = `198.51.100.${callers}`;
    dynamodb.takeCalls();
  });

  /** No answer may take longer than this, whatever the store does. */
  /** Far beyond the deadline of a request, for a busy machine, and below what a hang would take. */
  const LONGEST_MS = 15_000;
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${service.url}/api/v1/${path}`, {
      method,
      headers: { "x-forwarded-for": caller, "content-type": "application/json" },
      signal: AbortSignal.timeout(LONGEST_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const start = async (body?: unknown) => (await call("POST", "stream", body)).status;
  const list = async () => (await (await call("GET", "streams")).json()) as Streams;
  const ids = async () => (await list()).streams.map((stream) => stream.stream_id);

  it("ends both of two live streams, when one of an ended video was to replace the other", async () => {
    for (const stream_id of ["a", "b", "c"]) await start({ stream_id });
    dynamodb.takeCalls();
    const body = { stream_id: "b", replace_stream_id: "a", video_ended: true };
    expect(await start(body)).to.equal(200);
    expect(dynamodb.takeCalls()).to.have.length.at.most(6);
    expect(await ids()).to.deep.equal(["c"]);
    expect(await start(body)).to.equal(200);
  });

  it("answers for what it did itself, when the reply of the store was lost", async () => {
    dynamodb.loseReply("UpdateItem");
    expect(await start({ stream_id: "a" })).to.equal(201);
    dynamodb.loseReply("UpdateItem");
    expect((await call("PUT", "streams/a", {})).status).to.equal(200);
    dynamodb.loseReply("UpdateItem");
    expect((await call("DELETE", "streams/a")).status).to.equal(204);
    expect((await call("DELETE", "streams/a")).status).to.equal(404);
    expect(await ids()).to.deep.equal([]);
  });

  /** Sends a start, and hangs up as soon as it has left. */
  const startAndLeave = async () => {
    const headers = { "x-forwarded-for": caller };
    const call = request(`${service.url}/api/v1/stream`, { method: "POST", headers });
    call.on("error", () => undefined).end();
    await once(call, "socket");
    await once(call, "finish");
    const closed = new Promise((resolve) => call.once("close", resolve));
    call.destroy();
    await closed;
  };

  /** How many starts the service has given up because their clients were gone. */
  const goneStarts = async () => {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const series = 'method="POST",route="/api/v1/stream",status="499"';
    const line = metrics.split("\n").find((each) => each.includes(`_count{${series}`));
    return Number(line?.split(" ").at(-1) ?? 0);
  };

  it("keeps no slot for a client that has gone", async () => {
    const held = dynamodb.hold("UpdateItem");
    await startAndLeave();
    await held.reached;
    expect((await list()).active).to.equal(1);
    held.release();
    await pollUntil(async () => (await list()).active === 0, { what: "The slot is given back" });
  });

  it("starts nothing for clients that have gone before their turn", async () => {
    const parallel = 4;
    const held = Array.from({ length: parallel }, () => dynamodb.hold("UpdateItem"));
    const first = held.map(() => start({ stream_id: "a" }));
    await Promise.all(held.map(({ reached }) => reached));
    const goneBefore = await goneStarts();
    await Promise.all(Array.from({ length: 5 }, () => startAndLeave()));
    const areGone = async () => (await goneStarts()) === goneBefore + 5;
    await pollUntil(areGone, { what: "The service has seen that all five are gone" });
    for (const each of held) each.release();
    expect((await Promise.all(first)).toSorted()).to.deep.equal([200, 200, 200, 201]);
    expect(await ids()).to.deep.equal(["a"]);
    const writes = dynamodb.takeCalls().filter((action) => action === "UpdateItem");
    expect(writes).to.have.length(2 * parallel - 1);
  });

  it("answers every start in time while the store hangs, and has every slot back after", async () => {
    link.block();
    const answers = await Promise.all(Array.from({ length: 40 }, () => start()));
    expect(new Set(answers)).to.deep.equal(new Set([503]));
    const other = caller;
    caller = "203.0.113.1";
    expect(await start()).to.equal(503);
    caller = other;
    await link.heal();
    const isBack = async () => (await call("GET", "streams")).status === 200;
    await pollUntil(isBack, { what: "The service answers again" });
    await pollUntil(async () => (await list()).active === 0, { what: "No slot is held" });
    for (const stream_id of ["a", "b", "c"]) expect(await start({ stream_id })).to.equal(201);
  });
});
