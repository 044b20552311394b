import { expect } from "chai";
import { GuardApp } from "../testing/guard-app.ts";

describe("stream-guard for operators", () => {
  let app: GuardApp;
  before(async () => {
    app = await GuardApp.open();
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(() => app.nextCaller());

  const all = () => `/stream-guard/callers/${app.address}/streams`;
  const asOperator = () => {
    app.headers = { authorization: "Bearer key" };
  };
  const asPlayer = () => {
    app.headers = { "x-forwarded-for": app.address };
  };

  it("lists a caller's streams", async () => {
    await app.start({ stream_id: "a", video_name: "One" });
    asOperator();
    const { status, body } = await app.call("GET", all());
    expect(status).to.equal(200);
    expect(body.streams?.[0]).to.include({ stream_id: "a", video_name: "One" });
  });

  it("ends one of them, whose player learns it with its next heartbeat", async () => {
    for (const stream_id of ["a", "b"]) await app.start({ stream_id });
    asOperator();
    expect((await app.call("DELETE", `${all()}/a`)).status).to.equal(204);
    expect((await app.call("DELETE", `${all()}/a`)).status).to.equal(404);
    asPlayer();
    expect((await app.beat("a")).body).to.include({ status: 410, reason: "ended_by_operator" });
    expect((await app.beat("b")).status).to.equal(200);
  });

  it("ends all of them", async () => {
    for (const stream_id of ["a", "b", "c"]) await app.start({ stream_id });
    asOperator();
    expect((await app.call("DELETE", all())).status).to.equal(204);
    asPlayer();
    expect((await app.list()).active).to.equal(0);
  });

  it("asks for the API key, and for the name of a caller", async () => {
    await app.start({ stream_id: "a" });
    expect((await app.call("GET", all())).status).to.equal(401);
    expect((await app.call("DELETE", all())).status).to.equal(401);
    expect((await app.call("DELETE", `${all()}/a`)).status).to.equal(401);
    expect((await app.list()).active).to.equal(1);
    asOperator();
    const { status, body } = await app.call("GET", "/stream-guard/callers/nobody/streams");
    expect(status).to.equal(400);
    expect(body.errors).to.have.nested.property("[0].path", "caller");
  });
});
