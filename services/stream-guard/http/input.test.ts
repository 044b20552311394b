import { expect } from "chai";
import fc from "fast-check";
import { GuardApp } from "../testing/guard-app.ts";
import { Start } from "./schemas.ts";

describe("The input of stream-guard", () => {
  let app: GuardApp;
  before(async () => {
    app = await GuardApp.open();
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(() => app.nextCaller());

  const malformed: Record<string, [unknown, string]> = {
    "an unknown field": [{ video_title: "One" }, "video_title"],
    "a name that is no text": [{ video_name: 1 }, "video_name"],
    "a flag that is text": [{ video_playing: "true" }, "video_playing"],
    "a time without a zone": [{ video_start_time: "2026-01-01T12:00:00" }, "video_start_time"],
    "a day that never was": [{ video_end_time: "2026-02-30T12:00:00Z" }, "video_end_time"],
    "half a character": ['{"video_name": "a\\ud83d"}', "video_name"],
    "half a character for a rate": ['{"framerate": "\\ude00"}', "framerate"],
    "a negative size": [{ size: -1 }, "size"],
    "a size that DynamoDB cannot hold": [{ size: 1e126 }, "size"],
    "a size that would be kept as 0": [{ size: 1e-131 }, "size"],
    "a rate that DynamoDB cannot hold": [{ framerate: 1.5e300 }, "framerate"],
    "an id that is no path segment": [{ stream_id: ".." }, "stream_id"],
    "the same as a stream to replace": [{ replace_stream_id: "." }, "replace_stream_id"],
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
      const answer = await app.start(body);
      expect(answer.status).to.equal(400);
      expect(answer.body.errors).to.have.nested.property("[0].path", path);
      expect((await app.list()).active).to.equal(0);
    });
  }

  it("refuses 15 KB of brackets with a long number inside", async () => {
    const depth = 7_500;
    const body = `${"[".repeat(depth)}29.970029970029971${"]".repeat(depth)}`;
    expect((await app.start(body)).status).to.equal(400);
  });

  it("refuses a body that is no JSON, too large, or of another type", async () => {
    expect((await app.start("{")).status).to.equal(400);
    expect((await app.start({ src: "x".repeat(20_000) })).status).to.equal(413);
    app.headers["content-type"] = "text/plain";
    expect((await app.start("hello")).status).to.equal(415);
  });

  it("answers anything that is JSON with less than 500", async () => {
    const fields = fc.constantFrom(...Object.keys(Start.unwrap().shape));
    const bodies = fc.oneof(
      fc.json(),
      fc.dictionary(fields, fc.jsonValue()).map((body) => JSON.stringify(body)),
    );
    const paths = fc.webSegment({ size: "small" });
    await fc.assert(
      fc.asyncProperty(bodies, paths, async (body, path) => {
        expect((await app.start(body)).status).to.be.below(500);
        expect((await app.beat(path || "x", body)).status).to.be.within(200, 499);
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
      app.headers = { "x-forwarded-for": value };
      const answers = [
        await app.start(),
        await app.call("GET", "/api/v1/streams"),
        await app.beat("a"),
      ];
      for (const { status, body } of [...answers, await app.end("a")]) {
        expect(status).to.equal(400);
        expect(body.errors).to.have.nested.property("[0].path", "x-forwarded-for");
      }
    });
  }
});
