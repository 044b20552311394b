import { readJson } from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Target } from "../../../shared/tools/acceptance/target.ts";
import type { Finding, Send, Workload } from "../../../shared/tools/acceptance/load/workload.ts";

/** A page of our own: nobody else counts on it, so that every number is known. */
const PAGE = "/counter/stress";

export const createWorkload = (): Workload => new HitWorkload();

/** Hits, whose every number is kept: consecutive, none twice, none missing. */
class HitWorkload implements Workload {
  readonly name = "counter: hits";
  readonly #numbers: number[] = [];
  /** Hits without a good answer: each may have been counted all the same, once. */
  #unanswered = 0;
  #before = 0;

  async prepare(target: Target): Promise<void> {
    this.#before = await readCount(target);
  }

  async turn(send: Send): Promise<void> {
    const answer = await send({ method: "POST", path: `${PAGE}/hits` }, 201);
    if (answer === undefined) this.#unanswered += 1;
    else this.#numbers.push((JSON.parse(answer.text) as { count: number }).count);
  }

  async findings(target: Target): Promise<readonly Finding[]> {
    const acknowledged = this.#numbers.length;
    const counted = (await readCount(target)) - this.#before;
    const distinct = new Set(this.#numbers).size;
    const outside = this.#numbers.filter(
      (number) => number <= this.#before || number > this.#before + counted,
    );
    return [
      {
        holds: counted >= acknowledged && counted <= acknowledged + this.#unanswered,
        text:
          `${acknowledged} hits were acknowledged, ${counted} were counted` +
          (this.#unanswered === 0 ? "" : ` (${this.#unanswered} had no answer)`),
      },
      {
        holds: distinct === acknowledged && outside.length === 0,
        text:
          `their numbers are consecutive: ${acknowledged - distinct} given twice, ` +
          `${outside.length} out of range, ${counted - distinct} missing`,
      },
    ];
  }

  cleanUp(): Promise<void> {
    return Promise.resolve();
  }
}

async function readCount(target: Target): Promise<number> {
  const { count } = await readJson<{ count: number }>(target, { method: "GET", path: PAGE });
  return count;
}
