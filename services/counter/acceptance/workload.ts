import { readJson } from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Target } from "../../../shared/tools/acceptance/target.ts";
import type { Finding, Send, Workload } from "../../../shared/tools/acceptance/load/workload.ts";
import { DealtNumbers } from "./dealt-numbers.ts";
import { OwnNumberWorkload } from "./own-number-workload.ts";

/** A page of our own: no other client counts on it, so every number is known. */
const PAGE = "/counter/stress";

export const createWorkloads = (): Workload[] => [new HitWorkload(), new OwnNumberWorkload()];

/** Hits, whose every number is kept. */
class HitWorkload implements Workload {
  readonly name = "counter: hits";
  readonly #numbers = new DealtNumbers();
  #before = 0;

  async prepare(target: Target): Promise<void> {
    this.#before = await readCount(target);
  }

  async turn(send: Send): Promise<void> {
    const answer = await send({ method: "POST", path: `${PAGE}/hits` }, 201);
    this.#numbers.add(answer && (JSON.parse(answer.text) as { count: number }).count);
  }

  async findings(target: Target): Promise<readonly Finding[]> {
    const after = await readCount(target);
    return this.#numbers.findings("hits", { before: this.#before, after });
  }

  cleanUp(): Promise<void> {
    return Promise.resolve();
  }
}

async function readCount(target: Target): Promise<number> {
  const { count } = await readJson<{ count: number }>(target, { method: "GET", path: PAGE });
  return count;
}
