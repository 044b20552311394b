import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { type Call, Target } from "./target.ts";

describe("a target", () => {
  it("sends the key, or the user's token to what a user calls, or nothing", async () => {
    const server = createServer((request, response) => {
      response.end(request.headers.authorization ?? "none");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const call: Call = { method: "GET", path: "/" };
    const both = new Target(url, { apiKey: "key", userToken: "token" });
    const keyOnly = new Target(url, { apiKey: "key" });
    const texts = [
      both.send(call),
      both.send({ ...call, asUser: true }),
      both.send({ ...call, asUser: true, authorized: false }),
      keyOnly.send({ ...call, asUser: true }),
      new Target(url).send({ ...call, asUser: true }),
    ].map(async (answer) => (await answer).text);
    expect(await Promise.all(texts)).to.deep.equal([
      ...["Bearer key", "Bearer token", "none"],
      ...["Bearer key", "none"],
    ]);
    server.closeAllConnections();
    server.close();
  });
});
