import { expect } from "chai";
import { type Check, check, checkOnce } from "../../../shared/tools/acceptance/checks/check.ts";
import {
  expectProblem,
  expectStatus,
  readJson,
} from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Call } from "../../../shared/tools/acceptance/target.ts";
import { TestUser } from "./test-user.ts";

/** The user of these checks; where registration is closed there is none to try with. */
const user = new TestUser();
const prefixes = ["/counter/v1", ""];
const post = (path: string, rest: Partial<Call> = {}): Call => ({ method: "POST", path, ...rest });

/**
 * An address may register 20 times, and be refused 20 logins, in 15 minutes: what uses these up is
 * checked once, or a watch would lock out its own address.
 */
export const accountChecks: readonly Check[] = [
  checkOnce("registers a user once, by form or JSON", async (target) => {
    const again = post("/counter/v1/registration", { body: user.credentials });
    const isOpen = await user.register(target);
    await expectProblem(target, again, isOpen ? 409 : 403);
  }),
  check("gives a user a private number, raised by one at a time", async (target) => {
    if (!(await user.register(target))) return;
    await user.logIn(target);
    const number = async (method: string, path: string, body?: unknown) => {
      const call = user.sign({ method, path, ...(body !== undefined && { body }) });
      return (await readJson<{ number: number }>(target, call)).number;
    };
    // 0 for a new user; a watch asks with the same one again.
    const before = await number("GET", "/current");
    expect(await number("GET", "/next")).to.equal(before + 1);
    expect(await number("POST", "/next")).to.equal(before + 2);
    expect(await number("PUT", "/current", { current: 1_000 })).to.equal(1_000);
    expect(await number("POST", "/counter/v1/next")).to.equal(1_001);
    expect(await number("PUT", "/counter/v1/current", { current: 5 })).to.equal(5);
    const negative = user.sign({ method: "PUT", path: "/current", body: { current: -1_234 } });
    await expectProblem(target, negative, 400);
    expect(await number("GET", "/counter/v1/current")).to.equal(5);
  }),
  check("gives a request that is sent again its number again", async (target) => {
    if (!(await user.register(target))) return;
    await user.logIn(target);
    const call = user.sign(
      post("/counter/v1/next", { headers: { "idempotency-key": "acceptance" } }),
    );
    const once = await readJson<{ number: number }>(target, call);
    expect(await readJson(target, call)).to.deep.equal(once);
  }),
  check("has a page for people", async (target) => {
    const page = expectStatus(await target.send({ method: "GET", path: "/account" }), 200);
    expect(page.headers.get("content-type")).to.match(/^text\/html/);
    expect(page.headers.get("content-security-policy")).to.include("default-src 'none'");
  }),
  checkOnce("refuses a wrong password", async (target) => {
    const wrong = { ...user.credentials, password: "not the password" };
    for (const prefix of prefixes) {
      const login = post(`${prefix}/login`, { body: wrong });
      const { problem } = await expectProblem(target, login, 401);
      expect(JSON.stringify(problem)).not.to.include(user.credentials.email);
    }
  }),
  check("refuses a request without a token, and a wrong token", async (target) => {
    for (const prefix of prefixes) {
      for (const call of [
        { method: "GET", path: `${prefix}/current` },
        { method: "PUT", path: `${prefix}/current`, body: { current: 1 } },
        { method: "POST", path: `${prefix}/next` },
      ]) {
        await expectProblem(target, { ...call, authorized: false }, 401);
      }
    }
    const forged = { authorization: "Bearer forged" };
    await expectProblem(target, { method: "GET", path: "/next", headers: forged }, 401);
  }),
];
