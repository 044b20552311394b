import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { readSettings } from "../../../shared/kit/config.ts";
import { findConflicts, streamGuardSettings } from "../config.ts";
import { GuardApp } from "../testing/guard-app.ts";
import { ViewerTokens } from "./viewer-tokens.ts";

const SECRET = "a".repeat(32);
const OLD_SECRET = "b".repeat(32);
const soon = () => Math.floor(Date.now() / 1_000) + 60;

const sign = (claims: JWTPayload, secret = SECRET) =>
  new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(secret));
const bearing = (token: string) => ({ authorization: `Bearer ${token}` });
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("Viewer tokens", () => {
  let app: GuardApp;
  before(async () => {
    app = await GuardApp.open();
  });
  after(() => app[Symbol.asyncDispose]());
  let viewers = 0;
  const newViewer = () => `viewer-${(viewers += 1)}`;

  /** Runs with tokens by shared secrets, unless the options say otherwise. */
  const withTokens = (run: () => Promise<void>, options = {}) => {
    const bySecrets = { secrets: [SECRET, OLD_SECRET], keySetUrl: undefined, audience: undefined };
    const viewerTokens = new ViewerTokens({ ...bySecrets, ...options });
    const caller = { trustedHops: 1, userHeader: undefined, viewerTokens };
    return app.with({ caller }, run);
  };
  const expectRefusal = async (detail: RegExp) => {
    const { status, headers, body } = await app.start();
    expect({ status, type: body["type"] }).to.deep.equal({
      status: 401,
      type: "/stream-guard/problems/invalid-token",
    });
    expect(headers.get("www-authenticate")).to.equal('Bearer realm="streams"');
    expect(body["detail"]).to.match(detail);
  };

  it("name the caller, whatever its address, and its own limit", () =>
    withTokens(async () => {
      const sub = newViewer();
      const token = await sign({ sub, exp: soon(), limit: 1 });
      app.headers = { ...bearing(token), "x-forwarded-for": "198.51.100.1" };
      expect((await app.start({ stream_id: "tv" })).body).to.include({ active: 1, limit: 1 });
      app.headers = { ...bearing(token), "x-forwarded-for": "198.51.100.2" };
      const refused = await app.start();
      expect(refused.status).to.equal(409);
      expect(refused.body).to.include({ active: 1, limit: 1 });
      expect(refused.body["detail"]).to.match(/^1 of 1 streams/);
      expect(await app.list()).to.include({ active: 1, limit: 1 });
      expect((await app.beat("tv")).body).to.include({ limit: 1 });
      app.headers = { authorization: "Bearer key" };
      const operators = await app.call("GET", `/stream-guard/callers/${sub}/streams`);
      expect(operators.body).to.include({ active: 1 });
    }));

  it("give no more streams than the deployment does, and that many without a claim", () =>
    withTokens(async () => {
      for (const claims of [{ limit: 100 }, {}]) {
        app.headers = bearing(await sign({ sub: newViewer(), exp: soon(), ...claims }));
        for (const count of [1, 2, 3]) {
          expect((await app.start()).body).to.include({ active: count, limit: 3 });
        }
        expect((await app.start()).status).to.equal(409);
      }
    }));

  it("lower a viewer's limit for its next start, and end no stream", () =>
    withTokens(async () => {
      const sub = newViewer();
      app.headers = bearing(await sign({ sub, exp: soon() }));
      for (const stream_id of ["a", "b"]) await app.start({ stream_id });
      app.headers = bearing(await sign({ sub, exp: soon(), limit: 1 }));
      expect((await app.beat("a")).status).to.equal(200);
      const refused = await app.start({ stream_id: "c" });
      expect(refused.body).to.include({ active: 2, limit: 1 });
      expect(refused.headers.get("retry-after")).to.equal("60");
      for (const id of ["a", "b"]) expect((await app.end(id)).status).to.equal(204);
      expect((await app.start({ stream_id: "c" })).status).to.equal(201);
    }));

  it("are accepted by any of the secrets, so that one can be rotated", () =>
    withTokens(async () => {
      app.headers = bearing(await sign({ sub: newViewer(), exp: soon() }, OLD_SECRET));
      expect((await app.start()).status).to.equal(201);
    }));

  it("are asked for where they are configured, and an address alone is none", () =>
    withTokens(async () => {
      app.headers = { "x-forwarded-for": "198.51.100.1" };
      await expectRefusal(/^Send the header/);
      for (const call of [
        "GET /api/v1/streams",
        "PUT /api/v1/streams/a",
        "DELETE /api/v1/streams/a",
      ]) {
        const [method = "", path = ""] = call.split(" ");
        expect((await app.call(method, path)).status, call).to.equal(401);
      }
    }));

  const claims = () => ({ sub: "ann", exp: soon() });
  const unsigned = (alg: string) => `${base64({ alg })}.${base64(claims())}.`;
  const refused: Record<string, [() => Promise<string> | string, RegExp]> = {
    "has expired": [() => sign({ sub: "ann", exp: soon() - 61 }), /has expired/],
    "never expires": [() => sign({ sub: "ann" }), /`exp`/],
    "names nobody": [() => sign({ exp: soon() }), /`sub`/],
    "names an unprintable viewer": [() => sign({ ...claims(), sub: "a\nb" }), /`sub`/],
    "has null for a subject": [() => sign({ ...claims(), sub: null as never }), /`sub`/],
    "has a list for a subject": [() => sign({ ...claims(), sub: ["ann"] as never }), /`sub`/],
    "has an empty subject": [() => sign({ ...claims(), sub: "" }), /`sub`/],
    "counts from the future": [() => sign({ ...claims(), nbf: soon() }), /`nbf`/],
    "is signed by another secret": [() => sign(claims(), "c".repeat(32)), /none that/],
    "is not signed": [() => unsigned("none"), /none that/],
    "asks for another algorithm": [() => unsigned("ES256"), /none that/],
    "is no token": [() => "a.b.c", /none that/],
    "is 12 KB of nothing": [() => "x".repeat(12_000), /none that/],
    "has a limit of 0": [() => sign({ ...claims(), limit: 0 }), /`limit`/],
    "has half a limit": [() => sign({ ...claims(), limit: 0.5 }), /`limit`/],
    "has a limit that is text": [() => sign({ ...claims(), limit: "3" }), /`limit`/],
    "has no limit at all": [() => sign({ ...claims(), limit: null }), /`limit`/],
  };
  for (const [what, [token, detail]] of Object.entries(refused)) {
    it(`are refused by 401 when one ${what}`, () =>
      withTokens(async () => {
        app.headers = bearing(await token());
        await expectRefusal(detail);
      }));
  }

  describe("of a key set", () => {
    it("are checked by its public keys alone, for the audience, and 503 while it is away", async () => {
      const [own, foreign] = await Promise.all([
        generateKeyPair("ES256"),
        generateKeyPair("ES256"),
      ]);
      const jwk = { ...(await exportJWK(own.publicKey)), kid: "one", alg: "ES256" };
      let isAway = true;
      const site = createServer((_, response) => {
        response.statusCode = isAway ? 500 : 200;
        response.end(JSON.stringify({ keys: [jwk] }));
      });
      await once(site.listen(0, "localhost"), "listening");
      const keySetUrl = `http://localhost:${(site.address() as AddressInfo).port}/keys`;
      const signBy = (key: CryptoKey, aud = "videos") =>
        new SignJWT({ sub: newViewer(), exp: soon(), aud })
          .setProtectedHeader({ alg: "ES256", kid: "one" })
          .sign(key);
      try {
        await withTokens(
          async () => {
            app.headers = bearing(await signBy(own.privateKey));
            const away = await app.start();
            expect(away.status).to.equal(503);
            expect(away.headers.get("retry-after")).to.equal("1");
            const type = "/stream-guard/problems/viewer-keys-unavailable";
            expect(away.body["type"]).to.equal(type);
            isAway = false;
            expect((await app.start()).status).to.equal(201);
            app.headers = bearing(await signBy(own.privateKey, "shop"));
            await expectRefusal(/`aud`/);
            app.headers = bearing(await signBy(foreign.privateKey));
            await expectRefusal(/none that/);
            // The public key as a shared secret: the classic confusion of algorithms.
            app.headers = bearing(await sign({ ...claims(), aud: "videos" }, JSON.stringify(jwk)));
            await expectRefusal(/none that/);
          },
          { secrets: [], keySetUrl, audience: "videos" },
        );
      } finally {
        site.close();
      }
    });
  });

  it("are configured in one way only, and a key set with its audience, by TLS", () => {
    const read = (environment: Record<string, string>) =>
      readSettings(streamGuardSettings, environment, findConflicts);
    const VIEWER_JWKS_URL = "https://login.example/keys";
    expect(read({ VIEWER_JWKS_URL, VIEWER_AUDIENCE: "videos" })).to.include({
      viewerKeySetUrl: VIEWER_JWKS_URL,
    });
    const refused: [Record<string, string>, RegExp][] = [
      [{ VIEWER_JWKS_URL }, /VIEWER_AUDIENCE: expected beside VIEWER_JWKS_URL/],
      [{ VIEWER_SECRETS: SECRET, USER_HEADER: "x-user" }, /USER_HEADER: expected alone/],
      [{ VIEWER_SECRETS: "short" }, /VIEWER_SECRETS: .* a secret that is not/],
      [{ VIEWER_SECRETS: "," }, /VIEWER_SECRETS/],
      [{ VIEWER_JWKS_URL: "http://login.example/keys", VIEWER_AUDIENCE: "v" }, /VIEWER_JWKS_URL/],
    ];
    for (const [environment, fault] of refused) {
      expect(() => read(environment), JSON.stringify(environment)).to.throw(fault);
    }
  });
});
