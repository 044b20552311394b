import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { expect } from "chai";
import { GuardApp } from "../testing/guard-app.ts";

describe("The caller of stream-guard", () => {
  let app: GuardApp;
  before(async () => {
    app = await GuardApp.open();
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(() => app.nextCaller());

  it("requires x-forwarded-for", async () => {
    app.headers = {};
    const { status, body } = await app.start();
    expect(status).to.equal(400);
    expect(body.errors).to.deep.equal([
      { path: "x-forwarded-for", message: "required: the address of the client" },
    ]);
  });

  it("takes the address that the load balancer saw, whatever the client claims", async () => {
    const address = app.address;
    for (const stream_id of ["a", "b", "c"]) {
      app.headers = { "x-forwarded-for": `10.0.0.${stream_id.charCodeAt(0)}, ${address}` };
      expect((await app.start({ stream_id })).status).to.equal(201);
    }
    app.headers = { "x-forwarded-for": `10.9.9.9, ${address}:4711` };
    expect((await app.start({ stream_id: "d" })).status).to.equal(409);
  });

  it("counts the addresses of one IPv6 network together, and those of others apart", async () => {
    const network = `2001:db8:${app.address.split(".")[3]}`;
    for (const host of ["::1", "::2", "::ffff:3"]) {
      app.headers = { "x-forwarded-for": `${network}${host}` };
      expect((await app.start()).status).to.equal(201);
    }
    app.headers = { "x-forwarded-for": `[${network}:0:1:2:3:4]:443` };
    expect((await app.start()).status).to.equal(409);
    app.headers = { "x-forwarded-for": `${network}:1::1` };
    expect((await app.start()).status).to.equal(201);
  });

  it("asks the header of the deployment for the user, where one is set", async () => {
    const caller = { trustedHops: 1, userHeader: "x-user-id" };
    await app.with({ caller }, async () => {
      expect((await app.start()).body.errors).to.have.nested.property("[0].path", "x-user-id");
      for (const host of ["1", "2", "3"]) {
        app.headers = { "x-user-id": "ann@example", "x-forwarded-for": `198.51.100.${host}` };
        expect((await app.start()).status).to.equal(201);
      }
      expect((await app.start()).status).to.equal(409);
      app.headers = { "x-user-id": "bob@example" };
      expect((await app.start()).status).to.equal(201);
      app.headers = { "x-user-id": "x".repeat(257) };
      expect((await app.start()).status).to.equal(400);
    });
  });

  it("takes two lines that name the user for no name", async () => {
    const caller = { trustedHops: 1, userHeader: "x-user-id" };
    /** Lines as they stand, which fetch would join. */
    const startAs = async (...users: string[]) => {
      const empty = ["host", "test", "content-length", "0"];
      const headers = [...empty, ...users.flatMap((user) => ["x-user-id", user])];
      const sent = request(`${app.url}/api/v1/stream`, { method: "POST", headers }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    await app.with({ caller }, async () => {
      expect(await startAs("ann", "bob")).to.equal(400);
      expect(await startAs("ann")).to.equal(201);
    });
  });
});
