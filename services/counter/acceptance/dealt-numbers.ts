import type { Finding } from "../../../shared/tools/acceptance/load/workload.ts";

/** Numbers that callers were given: consecutive, none twice, none missing. */
export class DealtNumbers {
  readonly #numbers: number[] = [];
  /** Requests without a good answer: each may have been counted all the same, once. */
  #unanswered = 0;

  /** @param number undefined where no good answer came */
  add(number: number | undefined): void {
    if (number === undefined) this.#unanswered += 1;
    else this.#numbers.push(number);
  }

  /**
   * @param what the requests, as people call them
   * @param before the count when the first one was sent, and `after` when the last one was answered
   */
  findings(what: string, { before, after }: { before: number; after: number }): Finding[] {
    const acknowledged = this.#numbers.length;
    const counted = after - before;
    const distinct = new Set(this.#numbers).size;
    const outside = this.#numbers.filter((number) => number <= before || number > after);
    return [
      {
        holds: counted >= acknowledged && counted <= acknowledged + this.#unanswered,
        text:
          `${acknowledged} ${what} were acknowledged, ${counted} were counted` +
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
}
