import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { LocalStack } from "../local/local-stack.ts";
import { findFreePort } from "../local/processes/free-port.ts";
import { pollUntil } from "../local/processes/poll-until.ts";
import type { ReceivedSpan } from "../local/traces/otlp-json.ts";
import { orderSpans } from "../local/traces/trace-page.ts";

const CALLER = "198.51.100.77";
const SECRET = "never-in-a-trace";
/** What a trace is called that its caller began. */
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

/** A trace as lines: each span by its depth and its name. */
function drawTree(spans: readonly ReceivedSpan[]): string[] {
  return orderSpans(spans).map(({ span, depth }) => `${"  ".repeat(depth)}${span.name}`);
}

describe("traces", () => {
  const cleanUp = new AsyncDisposableStack();
  const lines: string[] = [];
  let stack: LocalStack;

  before(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "traces-"));
    cleanUp.defer(() => rm(dataDir, { recursive: true }));
    stack = await LocalStack.start({
      ...{ dataDir, instances: 1, traces: true, port: await findFreePort() },
      env: { ACCESS_LOG: "all", SLOW_REQUEST_MS: "1", LOG_LEVEL: "info" },
      note: (text) => lines.push(text),
      onLine: (line) => lines.push(line),
    });
    cleanUp.defer(async () => {
      await stack.stop();
    });
  });
  after(() => cleanUp.disposeAsync());

  function send(call: string, init: RequestInit = {}): Promise<Response> {
    const [method = "", path = ""] = call.split(" ");
    const headers = { "x-forwarded-for": CALLER, ...(init.headers as object) };
    return fetch(`${stack.url}${path}`, { method, ...init, headers });
  }

  /** Of one that has all of the spans that its test waits for. */
  async function traceWith(name: string, spans: number): Promise<readonly ReceivedSpan[]> {
    const find = () =>
      stack.traces?.traces.find(
        (each) => each.length >= spans && each.some((span) => span.name === name),
      );
    await pollUntil(() => Promise.resolve(find() !== undefined), { what: `${name} is traced` });
    return find()!;
  }

  const server = (spans: readonly ReceivedSpan[]) => spans.find(({ kind }) => kind === "server")!;

  it("show a hit, its batch and what the batch asked of the stores", async () => {
    expect((await send("POST /counter/traced/hits")).status).to.equal(201);
    const spans = await traceWith("POST /counter/{page}/hits", 6);
    expect(drawTree(spans).slice(0, 3)).to.deep.equal([
      "POST /counter/{page}/hits",
      "  batch",
      "    redis addHits",
    ]);
    const { attributes, parentSpanId, service } = server(spans);
    expect({ parentSpanId, service }).to.deep.equal({
      parentSpanId: undefined,
      service: "counter",
    });
    expect(attributes).to.deep.equal({
      "http.request.method": "POST",
      "http.route": "/counter/{page}/hits",
      "http.response.status_code": 201,
      "caller.class": "anonymous",
    });
    const calls = spans.filter(({ kind }) => kind === "client");
    expect(calls.map(({ attributes: each }) => each["db.operation.batch.size"])).to.not.include(0);
    expect(calls[0]?.attributes).to.deep.equal({
      "db.system.name": "redis",
      "db.operation.name": "addHits",
      "db.operation.batch.size": 1,
    });
  });

  it("link a batch with each of the hits that it carried, both ways", async () => {
    await Promise.all(Array.from({ length: 30 }, () => send("POST /counter/linked/hits")));
    const all = () => stack.traces?.traces.flat() ?? [];
    const findBatch = () => all().find(({ attributes }) => Number(attributes["batch.size"]) > 2);
    await pollUntil(() => Promise.resolve(findBatch() !== undefined), {
      what: "A batch is traced",
    });
    const batch = findBatch()!;
    expect(batch.links).to.have.lengthOf(Number(batch.attributes["batch.size"]));
    const ids = new Set(batch.links.map(({ spanId }) => spanId));
    await pollUntil(
      () => Promise.resolve(all().filter(({ spanId }) => ids.has(spanId)).length === ids.size),
      { what: "Its hits are traced" },
    );
    const carried = all().filter(({ spanId }) => ids.has(spanId));
    const [own, ...others] = carried.toSorted(({ traceId }) =>
      traceId === batch.traceId ? -1 : 1,
    );
    expect(own?.spanId).to.equal(batch.parentSpanId);
    for (const { links } of others) {
      expect(links).to.deep.equal([{ traceId: batch.traceId, spanId: batch.spanId }]);
    }
  });

  it("show a cold read, from the cache to the database and back", async () => {
    await send("POST /data", {
      body: JSON.stringify({ id: 7, name: SECRET, price: 1 }),
      headers: { "content-type": "application/json" },
    });
    expect((await send(`GET /product/7?${SECRET}`)).headers.get("x-cache")).to.equal("miss");
    const spans = await traceWith("GET /product/{id}", 5);
    expect(drawTree(spans)).to.deep.equal([
      "GET /product/{id}",
      "  batch",
      "    redis lookUp",
      "  dynamodb GetItem",
      "  redis fill",
    ]);
  });

  it("show a start that was refused: no failure of anything", async () => {
    for (let index = 0; index < 3; index += 1) await send("POST /api/v1/stream");
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const refused = await send("POST /api/v1/stream", { headers: { traceparent } });
    expect(refused.status).to.equal(409);
    expect(await refused.json()).to.include({ trace_id: TRACE });
    const isHere = () => Promise.resolve(stack.traces?.find(TRACE).length === 4);
    await pollUntil(isHere, { what: "The refusal is traced" });
    const spans = stack.traces!.find(TRACE);
    expect(drawTree(spans)).to.deep.equal([
      "POST /api/v1/stream",
      "  dynamodb UpdateItem",
      "  dynamodb GetItem",
      "  dynamodb BatchGetItem",
    ]);
    expect(server(spans)).to.include({ parentSpanId: PARENT, isError: false });
    expect(server(spans).attributes["http.response.status_code"]).to.equal(409);
    const call = spans.find(({ name }) => name === "dynamodb UpdateItem");
    expect(call?.attributes["error.type"]).to.equal("ConditionalCheckFailedException");
    expect(call?.isError).to.equal(false);
  });

  it("keep the load balancer's name of a trace, and leave out what its caller does not want", async () => {
    const root = "1-5759e988-bd862e3fe1be46a994272793";
    await send("GET /counter/named", { headers: { "x-amzn-trace-id": `Root=${root}` } });
    const traceId = root.slice(2).replace("-", "");
    const isHere = () => Promise.resolve(stack.traces!.find(traceId).length > 0);
    await pollUntil(isHere, { what: "The trace is here" });
    const unwanted = TRACE.replace("4", "5");
    await send("GET /counter/named", { headers: { traceparent: `00-${unwanted}-${PARENT}-00` } });
    await send("GET /counter/after");
    await traceWith("GET /counter/{page}", 3);
    expect(stack.traces!.find(unwanted)).to.deep.equal([]);
  });

  it("are found by the id in the log, on a page of the gateway", async () => {
    const slow = lines.find((line) => line.includes('"slow request"') && line.includes('"/data"'));
    const id = /"trace_id":"([0-9a-f]{32})"/.exec(slow ?? "")?.[1] ?? "not in the log";
    const page = await (await fetch(`${stack.url}/local/traces/${id}`)).text();
    expect(page).to.include("POST /data").and.to.include("dynamodb PutItem");
    const list = await (await fetch(`${stack.url}/local/traces`)).text();
    expect(list).to.include(`href="/local/traces/${id}"`);
  });

  it("are delivered without a complaint, records of hits that were answered before among them", () => {
    expect(lines.filter((line) => line.includes("traces are not delivered"))).to.deep.equal([]);
  });

  it("hold neither bodies, queries, addresses nor probes", () => {
    const text = JSON.stringify(stack.traces?.traces);
    expect(text).to.have.length.above(1_000);
    for (const hidden of [SECRET, CALLER, "127.0.0.1", "traced", "/readyz", "/healthz"]) {
      expect(text).to.not.include(hidden);
    }
  });
});
