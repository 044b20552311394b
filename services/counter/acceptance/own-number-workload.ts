import { readJson } from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Finding, Send, Workload } from "../../../shared/tools/acceptance/load/workload.ts";
import type { Target } from "../../../shared/tools/acceptance/target.ts";
import { DealtNumbers } from "./dealt-numbers.ts";
import { TestUser } from "./test-user.ts";

const CURRENT = { method: "GET", path: "/counter/v1/current" };

/** One new user, whose number all callers raise at once. */
export class OwnNumberWorkload implements Workload {
  readonly name = "counter: a user's number";
  readonly #user = new TestUser();
  readonly #numbers = new DealtNumbers();
  #isRegistered = false;

  async prepare(target: Target): Promise<void> {
    this.#isRegistered = await this.#user.register(target);
    if (this.#isRegistered) await this.#user.logIn(target);
  }

  async turn(send: Send): Promise<void> {
    if (!this.#isRegistered) {
      await send({ ...CURRENT, authorized: false }, 401);
      return;
    }
    const answer = await send(this.#user.sign({ method: "POST", path: "/counter/v1/next" }), 200);
    this.#numbers.add(answer && (JSON.parse(answer.text) as { number: number }).number);
  }

  async findings(target: Target): Promise<readonly Finding[]> {
    if (!this.#isRegistered) {
      return [{ holds: true, text: "registration is closed: no user's number was raised" }];
    }
    const { number } = await readJson<{ number: number }>(target, this.#user.sign(CURRENT));
    return this.#numbers.findings("raises", { before: 0, after: number });
  }

  cleanUp(): Promise<void> {
    return Promise.resolve();
  }
}
