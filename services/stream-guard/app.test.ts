import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { settingsTable } from "../../shared/kit/config.ts";
import { StoreUnavailable } from "../../shared/kit/store-unavailable.ts";
import { pollUntil } from "../../shared/tools/local/processes/poll-until.ts";
import { streamGuardSettings } from "./config.ts";
import { GuardApp, NOON } from "./testing/guard-app.ts";

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

describe("stream-guard", () => {
  let app: GuardApp;
  before(async () => {
    app = await GuardApp.open();
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(() => app.nextCaller());

  it("starts a stream without any fields", async () => {
    const { status, headers: answered, body } = await app.start();
    expect(status).to.equal(201);
    expect(answered.get("location")).to.equal(`/api/v1/streams/${String(body["stream_id"])}`);
    expect(body).to.deep.equal({
      stream_id: `made-${app.created}`,
      lease_expires_at: "2026-01-01T12:00:55.000Z",
      heartbeat_seconds: 18,
      active: 1,
      limit: 3,
    });
  });

  it("answers 200 to a start with the id of a live stream, which stays in its slot", async () => {
    await app.start({ stream_id: "a" });
    app.nowMs += 30_000;
    const { status, body } = await app.start({ stream_id: "a" });
    expect(status).to.equal(200);
    expect(body).to.include({ active: 1, lease_expires_at: "2026-01-01T12:01:25.000Z" });
  });

  it("keeps all fields of a stream, and lists them", async () => {
    await app.start({ stream_id: "a", ...allDetails });
    expect(await app.list()).to.deep.equal({
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
    await app.start({ stream_id: "a", video_name: "One" });
    app.nowMs += 10_000;
    for (const stream_id of ["b", "c"]) await app.start({ stream_id });
    const { status, headers: answered, body } = await app.start({ stream_id: "d" });
    expect(status).to.equal(409);
    expect(answered.get("content-type")).to.include("application/problem+json");
    expect(answered.get("retry-after")).to.equal("50");
    expect(body).to.include({
      type: "/stream-guard/problems/stream-limit-reached",
      limit: 3,
      active: 3,
    });
    expect(body["detail"]).to.include("replace_stream_id");
    expect(body.streams?.map((stream) => stream["stream_id"])).to.have.members(["a", "b", "c"]);
    expect(body.streams?.[0]).to.include({ stream_id: "a", video_name: "One" });
    expect((await app.streams.items()).filter(({ id }) => id?.S?.includes("#d#"))).to.deep.equal(
      [],
    );
  });

  it("starts a stream in the place of another", async () => {
    for (const stream_id of ["a", "b", "c"]) await app.start({ stream_id });
    const { status } = await app.start({ stream_id: "d", replace_stream_id: "b" });
    expect(status).to.equal(201);
    expect((await app.beat("b")).status).to.equal(410);
    expect((await app.list()).streams?.map((stream) => stream["stream_id"])).to.have.members([
      "a",
      "c",
      "d",
    ]);
  });

  it("keeps a paused stream's slot while heartbeats come, and frees it when they stop", async () => {
    await app.start({ stream_id: "a", video_name: "One", video_playing: true });
    for (let beats = 0; beats < 5; beats += 1) {
      app.nowMs += 50_000;
      const { status, body } = await app.beat("a", { video_playing: false });
      expect(status).to.equal(200);
      expect(body).to.include({ stream_id: "a", active: 1, limit: 3 });
    }
    expect((await app.list()).streams?.[0]).to.include({ video_name: "One", video_playing: false });
    app.nowMs += 60_000;
    expect(await app.list()).to.deep.equal({ limit: 3, active: 0, streams: [] });
    const { status, body } = await app.beat("a");
    expect(status).to.equal(410);
    expect(body).to.include({ type: "/stream-guard/problems/lease-lost" });
  });

  it("keeps the largest and the smallest numbers that DynamoDB holds", async () => {
    const numbers = { size: 9.99e125, framerate: 1e-130 };
    expect((await app.start({ stream_id: "a", ...numbers })).status).to.equal(201);
    expect((await app.list()).streams?.[0]).to.include(numbers);
  });

  it("keeps an exact frame rate, digit by digit", async () => {
    const framerate = 30_000 / 1_001;
    expect((await app.start({ stream_id: "a", framerate })).status).to.equal(201);
    expect((await app.list()).streams?.[0]).to.include({ framerate });
  });

  it("takes the body of the start as a heartbeat, which replaces nothing", async () => {
    await app.start({ stream_id: "a" });
    const body = { stream_id: "b", replace_stream_id: "a", video_name: "Two" };
    await app.start(body);
    await app.start({ stream_id: "a" });
    expect((await app.beat("b", body)).status).to.equal(200);
    expect((await app.list()).active).to.equal(2);
    const { status, body: answered } = await app.beat("a", body);
    expect(status).to.equal(400);
    expect(answered.errors).to.have.nested.property("[0].path", "stream_id");
  });

  it("takes a heartbeat with an empty body, and one without any", async () => {
    await app.start({ stream_id: "a" });
    expect((await app.beat("a")).status).to.equal(200);
    expect((await app.beat("a", {})).status).to.equal(200);
  });

  it("ends a stream whose video has ended", async () => {
    await app.start({ stream_id: "a" });
    const { status, body } = await app.beat("a", { video_ended: true });
    expect(status).to.equal(200);
    expect(body).to.include({ active: 0, lease_expires_at: "2026-01-01T12:00:00.000Z" });
    expect((await app.list()).active).to.equal(0);
    expect((await app.beat("a", { video_ended: true })).status).to.equal(410);
  });

  it("takes no slot for a start of a video that has ended, and gives up the one it has", async () => {
    await app.start({ stream_id: "a" });
    const { status, body } = await app.start({ stream_id: "a", video_ended: true });
    expect([status, body["active"]]).to.deep.equal([200, 0]);
    expect((await app.start({ video_ended: true })).status).to.equal(200);
    expect((await app.list()).active).to.equal(0);
  });

  it("ends a stream once", async () => {
    await app.start({ stream_id: "a" });
    expect((await app.end("a")).status).to.equal(204);
    const { status, body } = await app.end("a");
    expect(status).to.equal(404);
    expect(body).to.include({ type: "/stream-guard/problems/not-found" });
    expect((await app.beat("a")).status).to.equal(410);
  });

  it("shows nothing of an earlier stream under an id that is used again", async () => {
    await app.start({ stream_id: "a", video_name: "One" });
    await app.end("a");
    app.nowMs += 1;
    await app.start({ stream_id: "a", file_type: "webm" });
    expect((await app.list()).streams?.[0]).to.include({ file_type: "webm" });
    expect((await app.list()).streams?.[0]).not.to.have.property("video_name");
  });

  it("says why a stream has no slot any more", async () => {
    for (const stream_id of ["a", "b", "c"]) await app.start({ stream_id });
    await app.end("a");
    await app.start({ stream_id: "d", replace_stream_id: "b" });
    app.nowMs += 60_000;
    const lost = await Promise.all(["a", "b", "c", "z"].map((id) => app.beat(id)));
    expect(lost.map(({ status }) => status)).to.deep.equal([410, 410, 410, 410]);
    app.nowMs -= 1;
    const reasons = [await app.beat("a"), await app.beat("b"), lost[2]!, lost[3]!];
    expect(reasons.map(({ body }) => body["reason"])).to.deep.equal([
      ...["ended", "replaced", "expired", undefined],
    ]);
  });

  it("keeps no slot for a start whose details could not be kept", async () => {
    const save = () => Promise.reject(new StoreUnavailable("dynamodb"));
    await app.with({ details: { save, find: () => Promise.resolve([]) } }, async () => {
      for (const stream_id of ["a", "b", "c", "d"]) {
        expect((await app.start({ stream_id, video_name: "One" })).status).to.equal(503);
        const isFree = async () => (await app.list())["active"] === 0;
        await pollUntil(isFree, { what: "The slot is free" });
      }
    });
  });

  it("keeps the slot that a stream has, when a start or a heartbeat with details fails", async () => {
    const save = () => Promise.reject(new StoreUnavailable("dynamodb"));
    await app.with({ details: { save, find: () => Promise.resolve([]) } }, async () => {
      await app.start({ stream_id: "live" });
      expect((await app.start({ stream_id: "live", video_name: "One" })).status).to.equal(503);
      expect((await app.beat("live", { video_name: "One" })).status).to.equal(503);
      expect((await app.beat("live")).status).to.equal(200);
    });
  });

  it("never asks to wait longer than a lease, though another instance's clock is ahead", async () => {
    app.nowMs += 5_000;
    for (const stream_id of ["a", "b", "c"]) await app.start({ stream_id });
    app.nowMs -= 5_000;
    const { status, headers: answered } = await app.start({ stream_id: "d" });
    expect([status, answered.get("retry-after")]).to.deep.equal([409, "60"]);
  });

  it("answers 429 to a caller of whom too many requests wait, and serves the others", async () => {
    await app.with({ gate: { parallel: 1, waiting: 2 } }, async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => app.start()));
      const busy = answers.filter(({ status }) => status === 429);
      expect(busy).not.to.deep.equal([]);
      expect(busy[0]?.headers.get("retry-after")).to.equal("1");
      expect(busy[0]?.body).to.include({ type: "/stream-guard/problems/caller-busy" });
      app.headers = { "x-forwarded-for": "203.0.113.99" };
      expect((await app.start()).status).to.equal(201);
    });
  });

  it("tells how many streams are active", async () => {
    const gauge = async () =>
      Number(/^active_streams (\d+)$/m.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1]);
    app.nowMs = NOON + 10 * DAY_MS;
    await app.start({ stream_id: "a" });
    await app.start({ stream_id: "b" });
    expect(await gauge()).to.equal(2);
    await app.end("b");
    expect(await gauge()).to.equal(1);
    app.nowMs += 20_000;
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
