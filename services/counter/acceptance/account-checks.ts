import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { type Check, check } from "../../../shared/tools/acceptance/checks/check.ts";
import {
  expectProblem,
  expectStatus,
  readJson,
} from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Call, Target } from "../../../shared/tools/acceptance/target.ts";

/** A user of this run alone. */
const user = {
  email: `acceptance-${randomBytes(6).toString("hex")}@example.com`,
  password: randomBytes(18).toString("base64url"),
};
const form = (fields: Record<string, string>): Partial<Call> => ({
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams(fields).toString(),
});
const post = (path: string, rest: Partial<Call> = {}): Call => ({ method: "POST", path, ...rest });

async function logIn(target: Target): Promise<(call: Call) => Call> {
  const login = await readJson<{ access_token: string }>(target, post("/login", form(user)));
  const authorization = `Bearer ${login.access_token}`;
  return (call) => ({ ...call, headers: { ...call.headers, authorization } });
}

/** Where registration is closed, this says so and the others have no user to try with. */
async function isOpen(target: Target): Promise<boolean> {
  const answer = await target.send(post("/registration", { body: {} }));
  return answer.status !== 403;
}

export const accountChecks: readonly Check[] = [
  check("registers a user once, by form or JSON", async (target) => {
    const registered = await target.send(post("/registration", form(user)));
    expectStatus(registered, 201, 403);
    if (registered.status === 403) return;
    await expectProblem(target, post("/counter/v1/registration", { body: user }), 409);
  }),
  check("gives a user a private number, raised by one at a time", async (target) => {
    if (!(await isOpen(target))) return;
    const mine = await logIn(target);
    const number = async (method: string, path: string, body?: unknown) => {
      const call = mine({ method, path, ...(body !== undefined && { body }) });
      return (await readJson<{ number: number }>(target, call)).number;
    };
    expect(await number("GET", "/current")).to.equal(0);
    expect(await number("GET", "/next")).to.equal(1);
    expect(await number("POST", "/next")).to.equal(2);
    expect(await number("PUT", "/current", { current: 1_000 })).to.equal(1_000);
    expect(await number("POST", "/counter/v1/next")).to.equal(1_001);
    expect(await number("PUT", "/counter/v1/current", { current: 5 })).to.equal(5);
    const negative = mine({ method: "PUT", path: "/current", body: { current: -1_234 } });
    await expectProblem(target, negative, 400);
    expect(await number("GET", "/counter/v1/current")).to.equal(5);
  }),
  check("gives a request that is sent again its number again", async (target) => {
    if (!(await isOpen(target))) return;
    const mine = await logIn(target);
    const call = mine(post("/counter/v1/next", { headers: { "idempotency-key": "acceptance" } }));
    const once = await readJson<{ number: number }>(target, call);
    expect(await readJson(target, call)).to.deep.equal(once);
  }),
  check("has a page for people", async (target) => {
    const page = expectStatus(await target.send({ method: "GET", path: "/account" }), 200);
    expect(page.headers.get("content-type")).to.match(/^text\/html/);
    expect(page.headers.get("content-security-policy")).to.include("default-src 'none'");
  }),
  check("lets nobody in without the password or a token", async (target) => {
    const wrong = { ...user, password: "not the password" };
    const { problem } = await expectProblem(
      target,
      post("/counter/v1/login", { body: wrong }),
      401,
    );
    expect(JSON.stringify(problem)).not.to.include(user.email);
    const paths = ["/current", "/next", "/counter/v1/current"];
    for (const path of paths) {
      await expectProblem(target, { method: "GET", path, authorized: false }, 401);
    }
    const forged = { authorization: "Bearer forged" };
    await expectProblem(target, { method: "GET", path: "/next", headers: forged }, 401);
  }),
];
