import { readFile } from "node:fs/promises";
import { expect } from "chai";
import fc from "fast-check";
import { settingsTable } from "../../shared/kit/config.ts";
import { type RunningApp, startApp, testContext } from "../../shared/tools/testing/start-app.ts";
import { openStreamsTable, type StreamsTable } from "./testing/stream-leases.ts";
import { ActiveStreams } from "./active-streams.ts";
import { createApp } from "./app.ts";
import type { CallerSettings } from "./http/caller.ts";
import { CallerGate } from "./caller-gate.ts";
import { streamGuardSettings } from "./config.ts";
import { DynamoDBDetailsStore } from "./dynamodb/details-store.ts";
import { StreamGuard } from "./guard.ts";
import { DynamoDBLeaseStore } from "./dynamodb/lease-store.ts";
import { createStreamMetrics } from "./metrics.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const DAY_MS = 86_400_000;
const allDetails = {
  video_name: "Koyaanisqatsi",
  codec_info: "avc1.640028, mp4a.40.2",
  file_type: "video/mp4",
  size: 1_234_567_890.5,
  src: "https://media.example/k.mp4",
  framerate: "24000/1001",
  video_ended: false,
  video_playing: true,
  video_start_time: "2026-01-01T12:00:00Z",
  video_end_time: "2026-01-01T13:26:00+01:00",
};

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { streams?: Record<string, unknown>[]; errors?: unknown[] };
}

describe("stream-guard", () => {
  let streams: StreamsTable;
  let app: RunningApp;
  let nowMs = NOON;
  let created = 0;

  const serveApp = (caller: CallerSettings, gate = { parallel: 4, waiting: 256 }) => {
    const context = testContext();
    const now = () => nowMs;
    const active = new ActiveStreams({ intervalMs: 20_000, now });
    const guard = new StreamGuard({
      leases: new DynamoDBLeaseStore({ ...streams, limit: 3 }),
      details: new DynamoDBDetailsStore(streams),
      ...{ active, limit: 3, leaseMs: 60_000, clockSkewMs: 5_000, now },
      createId: () => `made-${(created += 1)}`,
    });
    const metrics = createStreamMetrics(context.metrics, active);
    return startApp(createApp({ guard, gate: new CallerGate(gate), caller, metrics, context }));
  };

  before(async () => {
    streams = await openStreamsTable();
    app = await serveApp({ trustedHops: 1, userHeader: undefined });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await streams[Symbol.asyncDispose]();
  });

  let callers = 0;
  let headers: Record<string, string>;
  beforeEach(() => {
    nowMs = NOON;
    callers += 1;
    headers = { "x-forwarded-for": `192.0.2.${callers}` };
  });

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const isText = typeof body === "string";
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    const parsed = (isJson ? JSON.parse(text) : {}) as Answer["body"];
    return { status: response.status, headers: response.headers, body: parsed };
  };
  const start = (body?: unknown) => call("POST", "/api/v1/stream", body);
  const list = async () => (await call("GET", "/api/v1/streams")).body;
  const beat = (id: string, body?: unknown) => call("PUT", `/api/v1/streams/${id}`, body);

  it("starts a stream without being told anything of it", async () => {
    const { status, headers: answered, body } = await start();
    expect(status).to.equal(201);
    expect(answered.get("location")).to.equal(`/api/v1/streams/${String(body["stream_id"])}`);
    expect(body).to.deep.equal({
      stream_id: `made-${created}`,
      lease_expires_at: "2026-01-01T12:00:55.000Z",
      heartbeat_seconds: 18,
      active: 1,
      limit: 3,
    });
  });

  it("answers 200 to a start with the id of a live stream, which stays in its slot", async () => {
    await start({ stream_id: "a" });
    nowMs += 30_000;
    const { status, body } = await start({ stream_id: "a" });
    expect(status).to.equal(200);
    expect(body).to.include({ active: 1, lease_expires_at: "2026-01-01T12:01:25.000Z" });
  });

  it("keeps all that is told of a stream, and lists it", async () => {
    await start({ stream_id: "a", ...allDetails });
    expect(await list()).to.deep.equal({
      limit: 3,
      active: 1,
      streams: [
        {
          stream_id: "a",
          started_at: "2026-01-01T12:00:00.000Z",
          lease_expires_at: "2026-01-01T12:00:55.000Z",
          ...allDetails,
        },
      ],
    });
  });

  it("refuses a fourth stream, and tells what to do", async () => {
    await start({ stream_id: "a", video_name: "One" });
    nowMs += 10_000;
    for (const stream_id of ["b", "c"]) await start({ stream_id });
    const { status, headers: answered, body } = await start({ stream_id: "d" });
    expect(status).to.equal(409);
    expect(answered.get("content-type")).to.include("application/problem+json");
    expect(answered.get("retry-after")).to.equal("50");
    expect(body).to.include({ type: "urn:problem:stream-limit-reached", limit: 3, active: 3 });
    expect(body["detail"]).to.include("replace_stream_id");
    expect(body.streams?.map((stream) => stream["stream_id"])).to.have.members(["a", "b", "c"]);
    expect(body.streams?.[0]).to.include({ stream_id: "a", video_name: "One" });
    expect((await streams.items()).filter(({ id }) => id?.S?.includes("#d#"))).to.deep.equal([]);
  });

  it("starts a stream in the place of another", async () => {
    for (const stream_id of ["a", "b", "c"]) await start({ stream_id });
    const { status } = await start({ stream_id: "d", replace_stream_id: "b" });
    expect(status).to.equal(201);
    expect((await beat("b")).status).to.equal(410);
    expect((await list()).streams?.map((stream) => stream["stream_id"])).to.have.members([
      "a",
      "c",
      "d",
    ]);
  });

  it("keeps a paused stream's slot while heartbeats come, and frees it when they stop", async () => {
    await start({ stream_id: "a", video_name: "One", video_playing: true });
    for (let beats = 0; beats < 5; beats += 1) {
      nowMs += 50_000;
      const { status, body } = await beat("a", { video_playing: false });
      expect(status).to.equal(200);
      expect(body).to.include({ stream_id: "a", active: 1, limit: 3 });
    }
    expect((await list()).streams?.[0]).to.include({ video_name: "One", video_playing: false });
    nowMs += 60_000;
    expect(await list()).to.deep.equal({ limit: 3, active: 0, streams: [] });
    const { status, body } = await beat("a");
    expect(status).to.equal(410);
    expect(body).to.include({ type: "urn:problem:lease-lost" });
  });

  it("takes a heartbeat with an empty body, and one without any", async () => {
    await start({ stream_id: "a" });
    expect((await beat("a")).status).to.equal(200);
    expect((await beat("a", {})).status).to.equal(200);
  });

  it("ends a stream whose video has ended", async () => {
    await start({ stream_id: "a" });
    const { status, body } = await beat("a", { video_ended: true });
    expect(status).to.equal(200);
    expect(body).to.include({ active: 0, lease_expires_at: "2026-01-01T12:00:00.000Z" });
    expect((await list()).active).to.equal(0);
    expect((await beat("a", { video_ended: true })).status).to.equal(410);
  });

  it("takes no slot for a start of a video that has ended, and gives up the one it has", async () => {
    await start({ stream_id: "a" });
    const { status, body } = await start({ stream_id: "a", video_ended: true });
    expect([status, body["active"]]).to.deep.equal([200, 0]);
    expect((await start({ video_ended: true })).status).to.equal(200);
    expect((await list()).active).to.equal(0);
  });

  it("ends a stream once", async () => {
    await start({ stream_id: "a" });
    expect((await call("DELETE", "/api/v1/streams/a")).status).to.equal(204);
    const { status, body } = await call("DELETE", "/api/v1/streams/a");
    expect(status).to.equal(404);
    expect(body).to.include({ type: "urn:problem:not-found" });
    expect((await beat("a")).status).to.equal(410);
  });

  it("shows nothing of an earlier stream under an id that is used again", async () => {
    await start({ stream_id: "a", video_name: "One" });
    await call("DELETE", "/api/v1/streams/a");
    nowMs += 1;
    await start({ stream_id: "a", file_type: "webm" });
    expect((await list()).streams?.[0]).to.include({ file_type: "webm" });
    expect((await list()).streams?.[0]).not.to.have.property("video_name");
  });

  const malformed: Record<string, [unknown, string]> = {
    "an unknown field": [{ video_title: "One" }, "video_title"],
    "a name that is no text": [{ video_name: 1 }, "video_name"],
    "a flag that is text": [{ video_playing: "true" }, "video_playing"],
    "a time without a zone": [{ video_start_time: "2026-01-01T12:00:00" }, "video_start_time"],
    "a day that never was": [{ video_end_time: "2026-02-30T12:00:00Z" }, "video_end_time"],
    "a negative size": [{ size: -1 }, "size"],
    "a rate that is a list": [{ framerate: [24] }, "framerate"],
    "null for a text": [{ src: null }, "src"],
    "an id with a slash": [{ stream_id: "a/b" }, "stream_id"],
    "an empty id": [{ stream_id: "" }, "stream_id"],
    "an id of 129 characters": [{ stream_id: "x".repeat(129) }, "stream_id"],
    "a stream to replace that is itself": [
      { stream_id: "a", replace_stream_id: "a" },
      "replace_stream_id",
    ],
    "a list for a body": [[], "body"],
    "null for a body": ["null", "body"],
  };
  for (const [name, [body, path]] of Object.entries(malformed)) {
    it(`refuses ${name}, by name`, async () => {
      const answer = await start(body);
      expect(answer.status).to.equal(400);
      expect(answer.body.errors).to.have.nested.property("[0].path", path);
      expect((await list()).active).to.equal(0);
    });
  }

  it("refuses a body that is no JSON, too large, or of another type", async () => {
    expect((await start("{")).status).to.equal(400);
    expect((await start({ src: "x".repeat(20_000) })).status).to.equal(413);
    headers["content-type"] = "text/plain";
    expect((await start("hello")).status).to.equal(415);
  });

  it("answers anything that is JSON with less than 500", async () => {
    const fields = fc.constantFrom("stream_id", "replace_stream_id", ...Object.keys(allDetails));
    const bodies = fc.oneof(
      fc.json(),
      fc.dictionary(fields, fc.jsonValue()).map((body) => JSON.stringify(body)),
    );
    const paths = fc.webSegment({ size: "small" });
    await fc.assert(
      fc.asyncProperty(bodies, paths, async (body, path) => {
        expect((await start(body)).status).to.be.below(500);
        expect((await beat(path || "x", body)).status).to.be.within(200, 499);
      }),
      { numRuns: 60 },
    );
  });

  const badAddresses: Record<string, string> = {
    junk: "junk",
    "an empty text": "",
    "junk behind an address": "192.0.2.1, junk",
    "the unspecified address": "0.0.0.0",
  };
  for (const [name, value] of Object.entries(badAddresses)) {
    it(`refuses ${name} in x-forwarded-for, on every route`, async () => {
      headers = { "x-forwarded-for": value };
      const answers = [await start(), await call("GET", "/api/v1/streams"), await beat("a")];
      for (const { status, body } of [...answers, await call("DELETE", "/api/v1/streams/a")]) {
        expect(status).to.equal(400);
        expect(body.errors).to.have.nested.property("[0].path", "x-forwarded-for");
      }
    });
  }

  it("requires x-forwarded-for", async () => {
    headers = {};
    const { status, body } = await start();
    expect(status).to.equal(400);
    expect(body.errors).to.deep.equal([
      { path: "x-forwarded-for", message: "required: the address of the client" },
    ]);
  });

  it("takes the address that the load balancer saw, whatever the client claims", async () => {
    const address = `192.0.2.${callers}`;
    for (const stream_id of ["a", "b", "c"]) {
      headers = { "x-forwarded-for": `10.0.0.${stream_id.charCodeAt(0)}, ${address}` };
      expect((await start({ stream_id })).status).to.equal(201);
    }
    headers = { "x-forwarded-for": `10.9.9.9, ${address}:4711` };
    expect((await start({ stream_id: "d" })).status).to.equal(409);
  });

  it("counts the addresses of one IPv6 network together, and those of others apart", async () => {
    const network = `2001:db8:${callers}`;
    for (const host of ["::1", "::2", "::ffff:3"]) {
      headers = { "x-forwarded-for": `${network}${host}` };
      expect((await start()).status).to.equal(201);
    }
    headers = { "x-forwarded-for": `[${network}:0:1:2:3:4]:443` };
    expect((await start()).status).to.equal(409);
    headers = { "x-forwarded-for": `${network}:1::1` };
    expect((await start()).status).to.equal(201);
  });

  it("asks the header of the deployment for the user, where one is set", async () => {
    const outer = app;
    app = await serveApp({ trustedHops: 1, userHeader: "x-user-id" });
    try {
      expect((await start()).body.errors).to.have.nested.property("[0].path", "x-user-id");
      for (const host of ["1", "2", "3"]) {
        headers = { "x-user-id": "ann@example", "x-forwarded-for": `198.51.100.${host}` };
        expect((await start()).status).to.equal(201);
      }
      expect((await start()).status).to.equal(409);
      headers = { "x-user-id": "bob@example" };
      expect((await start()).status).to.equal(201);
      headers = { "x-user-id": "x".repeat(257) };
      expect((await start()).status).to.equal(400);
    } finally {
      await app[Symbol.asyncDispose]();
      app = outer;
    }
  });

  it("answers 429 to a caller of whom too many requests wait, and serves the others", async () => {
    const outer = app;
    app = await serveApp({ trustedHops: 1, userHeader: undefined }, { parallel: 1, waiting: 2 });
    try {
      const answers = await Promise.all(Array.from({ length: 30 }, () => start()));
      const busy = answers.filter(({ status }) => status === 429);
      expect(busy).not.to.deep.equal([]);
      expect(busy[0]?.headers.get("retry-after")).to.equal("1");
      headers = { "x-forwarded-for": "203.0.113.99" };
      expect((await start()).status).to.equal(201);
    } finally {
      await app[Symbol.asyncDispose]();
      app = outer;
    }
  });

  it("tells how many streams are active", async () => {
    const gauge = async () =>
      Number(/^active_streams (\d+)$/m.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1]);
    nowMs = NOON + 10 * DAY_MS;
    await start({ stream_id: "a" });
    await start({ stream_id: "b" });
    expect(await gauge()).to.equal(2);
    await call("DELETE", "/api/v1/streams/b");
    expect(await gauge()).to.equal(1);
    nowMs += 20_000;
    expect(await gauge()).to.equal(0);
  });

  it("is described by the committed openapi.json", async () => {
    const served: unknown = await (await fetch(`${app.url}/stream-guard/openapi.json`)).json();
    const committed = await readFile(new URL("openapi.json", import.meta.url), "utf8");
    expect(JSON.parse(committed)).to.deep.equal(served);
  });

  it("has its settings in the README", async () => {
    const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
    expect(readme).to.include(settingsTable(streamGuardSettings));
  });
});
