import { randomBytes } from "node:crypto";
import { expectStatus, readJson } from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Call, Target } from "../../../shared/tools/acceptance/target.ts";

/** A user of one run alone. */
export class TestUser {
  readonly credentials = {
    email: `acceptance-${randomBytes(6).toString("hex")}@example.com`,
    password: randomBytes(18).toString("base64url"),
  };
  #authorization = "";
  #isRegistered: boolean | undefined;

  /** Registers the user once; false where the system takes no new users. */
  async register(target: Target): Promise<boolean> {
    const call = { method: "POST", path: "/registration", ...form(this.credentials) };
    this.#isRegistered ??= expectStatus(await target.send(call), 201, 403).status === 201;
    return this.#isRegistered;
  }

  async logIn(target: Target): Promise<void> {
    const call = { method: "POST", path: "/login", ...form(this.credentials) };
    const { access_token: token } = await readJson<{ access_token: string }>(target, call);
    this.#authorization = `Bearer ${token}`;
  }

  /** The call, with the access token of the last login. */
  sign(call: Call): Call {
    return { ...call, headers: { ...call.headers, authorization: this.#authorization } };
  }
}

function form(fields: Record<string, string>): Pick<Call, "headers" | "body"> {
  return {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  };
}
